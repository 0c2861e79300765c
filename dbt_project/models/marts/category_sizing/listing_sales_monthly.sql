{{ config(
    indexes=[
        {'columns': ['sales_unit_id', 'month_date'], 'unique': true},
        {'columns': ['shop_id', 'month_date']},
        {'columns': ['category_id', 'month_date']},
    ],
) }}

with

category_units as (
    select * from {{ ref('agg_category_units_monthly') }}
    where is_last
),

monthly as (
    select * from {{ ref('fct_listing_sales_monthly') }}
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

sold as (
    select
        listings.sales_unit_id,
        {{ month_of('own_sales.sales_date') }} as month_date,
        sum(own_sales.units) as units
    from own_sales
    inner join listings on own_sales.listing_id = listings.listing_id
    group by listings.sales_unit_id, {{ month_of('own_sales.sales_date') }}
),

-- months of which our orders are known, of some day at least
delivered as (
    select
        covered_id as shop_id,
        {{ month_of('coverage_date') }} as month_date
    from coverage
    group by covered_id, {{ month_of('coverage_date') }}
),

sales as (
    select
        category_units.sales_unit_id,
        category_units.month_date,
        category_units.platform_id,
        category_units.shop_id,
        category_units.category_id,
        category_units.brand_id,
        category_units.title,
        category_units.variant_count,
        monthly.units_lo,
        monthly.units_est,
        monthly.units_hi,
        monthly.gmv_lo,
        monthly.gmv_est,
        monthly.gmv_hi,
        case when monthly.gmv_est is not null then monthly.price_lo end as price_lo,
        case
            when monthly.gmv_est is not null
                then
                    least(
                        greatest(
                            coalesce(
                                monthly.gmv_est / nullif(
                                    monthly.units_est - monthly.unpriced_units_est, 0
                                ),
                                monthly.median_price
                            ),
                            monthly.price_lo
                        ),
                        monthly.price_hi
                    )
        end as price_est,
        case when monthly.gmv_est is not null then monthly.price_hi end as price_hi,
        category_units.observed_days,
        category_units.expected_days,
        cast(category_units.observed_days as numeric)
        / nullif(category_units.expected_days, 0) as coverage_share,
        monthly.sales_basis,
        monthly.event_count,
        monthly.is_open_ended,
        monthly.is_est_clipped,
        case
            when monthly.gmv_est is not null
                then rank() over (
                    partition by
                        category_units.platform_id,
                        category_units.category_id,
                        category_units.month_date
                    order by monthly.gmv_est desc nulls last
                )
        end as rank_in_category,
        case
            when category_units.is_own and delivered.shop_id is not null
                then coalesce(sold.units, 0)
        end as true_units,
        category_units.is_partial
    from category_units
    inner join monthly
        on
            category_units.sales_unit_id = monthly.sales_unit_id
            and category_units.month_date = monthly.month_date
    left join sold
        on
            category_units.sales_unit_id = sold.sales_unit_id
            and category_units.month_date = sold.month_date
    left join delivered
        on
            category_units.shop_id = delivered.shop_id
            and category_units.month_date = delivered.month_date
)

select * from sales
