{#
    Readings whose price is ten times, or a tenth of, the median of the 30 days before
    within the same version of the listing. Only listings whose prices spread that far
    are looked at one by one.
#}
{%- set is_partial = standing('fct_listing_snapshots') -%}
with

listings as (
    select * from {{ ref('int_listings_unioned') }}
),

touched as (
    select * from {{ ref('int_listings_touched') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

versions as (
    select * from {{ ref('int_listing_versions') }}
),

prices as (
    select
        readings.listing_id,
        readings.sku_id_or_all,
        readings.observed_at,
        readings.observed_date,
        {{ final_price() }} as price
    from {{ readings_from(is_partial, days_before=31) }} as readings
    where
        {{ final_price() }} > 0
        and {{ is_payable(final_price()) }}
        and {{ is_payable(shown_price()) }}
),

spread as (
    select
        listing_id,
        sku_id_or_all
    from prices
    group by listing_id, sku_id_or_all
    having max(price) >= 10 * min(price)
),

suspects as (
    select distinct
        prices.listing_id,
        prices.sku_id_or_all,
        prices.observed_at,
        prices.observed_date,
        prices.price
    from prices
    inner join spread
        on
            prices.listing_id = spread.listing_id
            and prices.sku_id_or_all = spread.sku_id_or_all
),

placed as (
    select
        suspects.*,
        max(versions.valid_from) as version_from
    from suspects
    left join versions
        on
            suspects.listing_id = versions.listing_id
            and suspects.observed_date >= versions.valid_from
    group by
        suspects.listing_id,
        suspects.sku_id_or_all,
        suspects.observed_at,
        suspects.observed_date,
        suspects.price
),

before as (
    select
        placed.listing_id,
        placed.sku_id_or_all,
        placed.observed_at,
        placed.price,
        earlier.price as earlier_price,
        count(*) over (
            partition by
                placed.listing_id,
                placed.sku_id_or_all,
                placed.observed_at,
                placed.price
        ) as earlier_count,
        row_number() over (
            partition by
                placed.listing_id,
                placed.sku_id_or_all,
                placed.observed_at,
                placed.price
            order by earlier.price
        ) as earlier_no
    from placed
    inner join placed as earlier
        on
            placed.listing_id = earlier.listing_id
            and placed.sku_id_or_all = earlier.sku_id_or_all
            and placed.version_from = earlier.version_from
            and placed.observed_at > earlier.observed_at
            and {{ dbt.dateadd('day', -30, 'placed.observed_at') }}
            <= earlier.observed_at
),

medians as (
    select
        listing_id,
        sku_id_or_all,
        observed_at,
        price,
        avg(earlier_price) as median_price
    from before
    -- fewer than three say nothing about what is usual
    where
        earlier_count >= 3
        and earlier_no in (
            floor((earlier_count + 1) / 2.0), floor(earlier_count / 2.0) + 1
        )
    group by listing_id, sku_id_or_all, observed_at, price
),

doubted as (
    select
        listing_id,
        sku_id_or_all,
        observed_at,
        price,
        median_price
    from medians
    where price >= 10 * median_price or 10 * price <= median_price
)

select * from doubted
