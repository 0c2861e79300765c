{{ config(
    indexes=[{
        'columns': ['listing_id', 'price_date', 'sku_id_or_all'], 'unique': true,
    }],
) }}

with

prices as (
    select * from {{ ref('agg_competitor_prices_daily') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

-- the days that were over when the run began
past as (
    select
        prices.listing_id,
        prices.sku_id_or_all,
        prices.price_date,
        prices.list_price,
        prices.shown_price,
        prices.coupon_amount,
        prices.group_price,
        prices.single_price,
        prices.final_price,
        prices.lowest_final_price,
        prices.highest_final_price,
        prices.activity_price,
        prices.activity_id,
        prices.daily_price,
        prices.unit_price,
        prices.est_cost_lo,
        prices.est_cost_est,
        prices.est_cost_hi,
        prices.cost_basis,
        prices.cost_as_of,
        prices.est_margin_lo,
        prices.est_margin_est,
        prices.est_margin_hi,
        prices.is_low_365d,
        prices.status,
        prices.days_since_seen,
        prices.snapshot_count,
        prices.is_carried
    from prices
    inner join platforms on prices.platform_id = platforms.platform_id
    where prices.price_date < {{ local_date(as_of(), 'platforms.time_zone') }}
)

select * from past
