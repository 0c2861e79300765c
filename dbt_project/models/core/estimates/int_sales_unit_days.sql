{#
    One row per sales unit and day it was seen or its price was carried to (up to seven
    days): the price of the unit that day over all its listings and SKUs, and where the
    unit stood, told by its smallest listing. The middle price is the median over
    snapshots, each weighted by how long it was on show; a carried price was on show all
    day.
#}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={
        'model': 'int_sales_units_touched', 'key': 'sales_unit_id', 'date': 'unit_date',
    },
    indexes=[{'columns': ['sales_unit_id', 'unit_date'], 'unique': true}],
) }}

with

listing_days as (
    select * from {{ ref('fct_listing_days') }}
),

snapshots as (
    select * from {{ ref('fct_listing_snapshots') }}
    where price_quality = 'ok' and final_price is not null
),

listings as (
    select * from {{ ref('dim_listings') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

touched as (
    select * from {{ ref('int_sales_units_touched') }}
),

placed as (
    select
        listings.sales_unit_id,
        listing_days.price_date as unit_date,
        listing_days.platform_id,
        listing_days.listing_id,
        listing_days.sku_id_or_all,
        listings.platform_category_id,
        listing_days.final_price,
        listing_days.lowest_final_price,
        listing_days.highest_final_price,
        listing_days.status,
        listing_days.is_carried
    from listing_days
    inner join listings
        on
            listing_days.listing_id = listings.listing_id
            and {{ holds_on(
                'listing_days.price_date', 'listings.valid_from', 'listings.valid_to'
            ) }}
    {% if is_incremental() %}
    inner join touched
        on
            listings.sales_unit_id = touched.sales_unit_id
            and listing_days.price_date >= touched.touched_from
    {% endif %}
),

days as (
    select
        sales_unit_id,
        unit_date,
        min(platform_id) as platform_id,
        min(listing_id) as listing_id,
        min(listing_id || ' ' || coalesce(platform_category_id, '')) as placed_in,
        min(lowest_final_price) as price_lo,
        max(highest_final_price) as price_hi,
        count(distinct listing_id) as listing_count,
        max(case when is_carried then 0 else 1 end) as is_seen,
        max(case when status in ('off', 'banned') then 0 else 1 end) as is_on_sale
    from placed
    group by sales_unit_id, unit_date
),

-- days with more than one price
mixed as (
    select
        placed.*,
        platforms.time_zone
    from placed
    inner join days
        on
            placed.sales_unit_id = days.sales_unit_id
            and placed.unit_date = days.unit_date
    inner join platforms on placed.platform_id = platforms.platform_id
    where days.price_lo < days.price_hi
),

shown as (
    select
        mixed.sales_unit_id,
        mixed.unit_date,
        mixed.listing_id,
        mixed.sku_id_or_all,
        mixed.time_zone,
        snapshots.final_price,
        snapshots.observed_at,
        lead(snapshots.observed_at) over (
            partition by mixed.listing_id, mixed.sku_id_or_all, mixed.unit_date
            order by snapshots.observed_at, snapshots.reading_no
        ) as replaced_at
    from mixed
    inner join snapshots
        on
            mixed.listing_id = snapshots.listing_id
            and mixed.sku_id_or_all = snapshots.sku_id_or_all
            and mixed.unit_date = snapshots.observed_date
    where not mixed.is_carried
),

weighted as (
    select
        sales_unit_id,
        unit_date,
        final_price,
        {{ dbt.datediff(
            'observed_at',
            'coalesce(replaced_at, '
            ~ local_midnight(days_after('unit_date', 1), 'time_zone') ~ ')',
            'second'
        ) }} as seconds
    from shown
    union all
    select
        sales_unit_id,
        unit_date,
        final_price,
        86400 as seconds
    from mixed
    where is_carried and final_price is not null
),

running as (
    select
        sales_unit_id,
        unit_date,
        final_price,
        sum(seconds) over (
            partition by sales_unit_id, unit_date
            order by final_price
            rows between unbounded preceding and current row
        ) as seconds_up_to,
        sum(seconds) over (partition by sales_unit_id, unit_date) as all_seconds
    from weighted
),

medians as (
    select
        sales_unit_id,
        unit_date,
        min(case when 2 * seconds_up_to >= all_seconds then final_price end)
            as lower_middle,
        min(case when 2 * seconds_up_to > all_seconds then final_price end)
            as upper_middle
    from running
    group by sales_unit_id, unit_date
),

unit_days as (
    select
        days.sales_unit_id,
        days.unit_date,
        days.platform_id,
        days.listing_id,
        nullif(substr(days.placed_in, length(days.listing_id) + 2), '')
            as platform_category_id,
        days.listing_count,
        days.price_lo,
        case
            when days.price_lo = days.price_hi then days.price_lo
            else
                (
                    medians.lower_middle
                    + coalesce(medians.upper_middle, medians.lower_middle)
                ) / 2
        end as price_est,
        days.price_hi,
        days.is_seen = 1 as is_seen,
        days.is_on_sale = 1 as is_on_sale
    from days
    left join medians
        on
            days.sales_unit_id = medians.sales_unit_id
            and days.unit_date = medians.unit_date
)

select * from unit_days
