with

category_units as (
    select * from {{ ref('agg_category_units_monthly') }}
    where is_own and is_last and units_est is not null
),

monthly as (
    select * from {{ ref('fct_listing_sales_monthly') }}
),

runs as (
    select * from {{ ref('int_sales_runs') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

own_sales as (
    select * from {{ ref('agg_listing_orders_daily') }}
    where sku_id_or_all = 'all'
),

listings as (
    select * from {{ ref('dim_listings') }}
    where is_own and is_current
),

coverage as (
    select * from {{ ref('fct_coverage_daily') }}
    where covered_kind = 'shop' and stream = 'orders' and is_delivered
),

review_rates as (
    select * from {{ ref('agg_review_rates_monthly') }}
),

category_map as (
    select * from {{ ref('category_map') }}
    where choice_no = 1
),

-- the days that an estimate speaks of, and whether our orders of the day are known
days as (
    select
        category_units.sales_unit_id,
        category_units.month_date,
        dates.date_day as sales_date,
        coverage.covered_id is not null as is_delivered
    from category_units
    inner join runs
        on
            category_units.sales_unit_id = runs.sales_unit_id
            and category_units.month_date
            between {{ month_of('runs.first_date') }} and runs.last_date
    inner join dates
        on
            category_units.month_date = dates.month_date
            and dates.date_day between runs.first_date and runs.last_date
    left join coverage
        on
            category_units.shop_id = coverage.covered_id
            and dates.date_day = coverage.coverage_date
),

sold as (
    select
        listings.sales_unit_id,
        own_sales.sales_date,
        sum(own_sales.units) as units
    from own_sales
    inner join listings on own_sales.listing_id = listings.listing_id
    group by listings.sales_unit_id, own_sales.sales_date
),

truths as (
    select
        days.sales_unit_id,
        days.month_date,
        coalesce(sum(sold.units), 0) as truth
    from days
    left join sold
        on
            days.sales_unit_id = sold.sales_unit_id
            and days.sales_date = sold.sales_date
    group by days.sales_unit_id, days.month_date
    having min(case when days.is_delivered then 1 else 0 end) = 1
),

pairs as (
    select
        category_units.platform_id,
        category_units.category_id,
        category_units.counter_type,
        category_units.month_date,
        category_units.is_partial,
        truths.truth,
        monthly.units_lo,
        monthly.units_est,
        monthly.units_hi
    from category_units
    inner join monthly
        on
            category_units.sales_unit_id = monthly.sales_unit_id
            and category_units.month_date = monthly.month_date
    inner join truths
        on
            category_units.sales_unit_id = truths.sales_unit_id
            and category_units.month_date = truths.month_date
),

cells as (
    select * from pairs
    union all
    select
        platform_id,
        'all' as category_id,
        counter_type,
        month_date,
        is_partial,
        truth,
        units_lo,
        units_est,
        units_hi
    from pairs
),

-- reviews a sold unit left, by our category
rated as (
    select
        review_rates.platform_id,
        coalesce(category_map.category_id, review_rates.platform_category_id)
            as category_id,
        review_rates.month_date,
        sum(review_rates.new_reviews) as new_reviews,
        sum(review_rates.truth_units) as truth_units
    from review_rates
    left join category_map
        on
            review_rates.platform_category_id = category_map.platform_category_id
            and {{ holds_on(
                'review_rates.month_date', 'category_map.valid_from',
                'category_map.valid_to'
            ) }}
    group by
        review_rates.platform_id,
        coalesce(category_map.category_id, review_rates.platform_category_id),
        review_rates.month_date
),

scored as (
    select
        platform_id,
        category_id,
        counter_type,
        month_date,
        max(case when is_partial then 1 else 0 end) = 1 as is_partial,
        count(*) as pair_count,
        sum(truth) as truth_units,
        sum(units_est) as est_units,
        (sum(units_est) - sum(truth)) / nullif(sum(truth), 0) as bias_rate,
        avg(case when truth > 0 then abs(units_est - truth) / truth end) as mape,
        sum(abs(units_est - truth)) / nullif(sum(truth), 0) as wape,
        avg(
            case when truth between units_lo and units_hi then 1.0 else 0.0 end
        ) as interval_coverage_share,
        {{ quantile('(units_hi - units_lo) / greatest(truth, 1)', 0.5) }} as width_ratio
    from cells
    group by platform_id, category_id, counter_type, month_date
),

-- Wilson (1927), 95 %
calibrated as (
    select
        scored.platform_id,
        scored.category_id,
        scored.counter_type,
        scored.month_date,
        scored.pair_count,
        scored.truth_units,
        scored.est_units,
        scored.bias_rate,
        scored.mape,
        scored.wape,
        scored.interval_coverage_share,
        greatest(
            0,
            (
                scored.interval_coverage_share + 1.9208 / scored.pair_count
                - 1.96 * sqrt(
                    (
                        scored.interval_coverage_share
                        * (1 - scored.interval_coverage_share)
                        + 0.9604 / scored.pair_count
                    ) / scored.pair_count
                )
            ) / (1 + 3.8416 / scored.pair_count)
        ) as interval_coverage_share_lo,
        scored.interval_coverage_share as interval_coverage_share_est,
        least(
            1,
            (
                scored.interval_coverage_share + 1.9208 / scored.pair_count
                + 1.96 * sqrt(
                    (
                        scored.interval_coverage_share
                        * (1 - scored.interval_coverage_share)
                        + 0.9604 / scored.pair_count
                    ) / scored.pair_count
                )
            ) / (1 + 3.8416 / scored.pair_count)
        ) as interval_coverage_share_hi,
        scored.width_ratio,
        rated.new_reviews / nullif(rated.truth_units, 0) as review_rate,
        scored.pair_count >= 20 and scored.interval_coverage_share >= 0.9
            as is_trusted,
        scored.is_partial
    from scored
    left join rated
        on
            scored.platform_id = rated.platform_id
            and scored.category_id = rated.category_id
            and scored.month_date = rated.month_date
)

select * from calibrated
