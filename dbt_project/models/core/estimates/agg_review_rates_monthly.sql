with

own_sales as (
    select * from {{ ref('agg_listing_orders_daily') }}
    where sku_id_or_all = 'all'
),

readings as (
    select * from {{ ref('int_counter_readings') }}
    where counter_kind = 'lifetime' and review_count is not null
),

listings as (
    select * from {{ ref('dim_listings') }}
    where is_own and is_current and platform_category_id is not null
),

sold as (
    select
        listings.sales_unit_id,
        {{ month_of('own_sales.sales_date') }} as month_date,
        sum(own_sales.units) as units
    from own_sales
    inner join listings on own_sales.listing_id = listings.listing_id
    group by listings.sales_unit_id, {{ month_of('own_sales.sales_date') }}
),

units_of_sale as (
    select
        sales_unit_id,
        min(platform_id) as platform_id,
        min(platform_category_id) as platform_category_id
    from listings
    group by sales_unit_id
),

-- reviews at the close of each month
closed as (
    select
        readings.sales_unit_id,
        {{ month_of('readings.closing_date') }} as month_date,
        max(readings.review_count) as review_count,
        max(readings.closing_date) as last_date
    from readings
    inner join units_of_sale on readings.sales_unit_id = units_of_sale.sales_unit_id
    group by readings.sales_unit_id, {{ month_of('readings.closing_date') }}
),

followed as (
    select
        *,
        review_count - lag(review_count) over following as new_reviews,
        {{ days_after(dbt.dateadd('month', -1, 'month_date'), 0) }}
        = lag(month_date) over following
        and last_date >= {{ days_after(dbt.dateadd('month', 1, 'month_date'), -2) }}
        and lag(last_date) over following >= {{ days_after('month_date', -2) }}
            as is_whole
    from closed
    window following as (partition by sales_unit_id order by month_date)
),

pairs as (
    select
        units_of_sale.platform_id,
        units_of_sale.platform_category_id,
        followed.month_date,
        followed.new_reviews,
        sold.units
    from followed
    inner join sold
        on
            followed.sales_unit_id = sold.sales_unit_id
            and followed.month_date = sold.month_date
    inner join units_of_sale on followed.sales_unit_id = units_of_sale.sales_unit_id
    where followed.is_whole and followed.new_reviews >= 0 and sold.units > 0
),

rates as (
    select
        platform_id,
        platform_category_id,
        month_date,
        sum(new_reviews) as new_reviews,
        sum(units) as truth_units,
        sum(new_reviews) / sum(units) as review_rate,
        count(*) as pair_count
    from pairs
    group by platform_id, platform_category_id, month_date
    having sum(new_reviews) > 0
),

scored as (
    select
        pairs.platform_id,
        pairs.platform_category_id,
        pairs.month_date,
        min(rates.new_reviews) as new_reviews,
        min(rates.truth_units) as truth_units,
        min(rates.review_rate) as review_rate,
        min(rates.pair_count) as pair_count,
        avg(abs(pairs.new_reviews / rates.review_rate - pairs.units) / pairs.units)
            as mape
    from pairs
    inner join rates
        on
            pairs.platform_id = rates.platform_id
            and pairs.platform_category_id = rates.platform_category_id
            and pairs.month_date = rates.month_date
    group by pairs.platform_id, pairs.platform_category_id, pairs.month_date
),

judged as (
    select
        platform_id,
        platform_category_id,
        month_date,
        new_reviews,
        truth_units,
        review_rate,
        pair_count,
        mape,
        pair_count >= 20 and mape <= 0.5 as is_usable
    from scored
)

select * from judged
