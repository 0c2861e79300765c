{#
    Days on which a listing was seen inside an activity: one of the seller's list that
    covers it, or one its own page named.
#}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={'model': 'int_listing_prices_touched', 'date': 'price_date'},
    indexes=[{
        'columns': ['listing_id', 'price_date', 'sku_id_or_all'], 'unique': true,
    }],
) }}

with

snapshots as (
    select * from {{ ref('fct_listing_snapshots') }}
),

touched as (
    select * from {{ ref('int_listing_prices_touched') }}
),

activities as (
    select * from {{ ref('activities') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

readings as (
    select snapshots.*
    from snapshots
    {% if is_incremental() %}
    inner join touched
        on
            snapshots.listing_id = touched.listing_id
            and snapshots.observed_date >= touched.touched_from
    {% endif %}
    where snapshots.price_quality = 'ok'
),

activity_days as (
    select
        activities.activity_id,
        activities.shop_id,
        activities.listing_id,
        activities.starts_at,
        activities.ends_at,
        platforms.platform_id,
        dates.date_day,
        case
            when activities.listing_id is not null then 1
            when activities.shop_id is not null then 2
            else 3
        end as distance
    from activities
    inner join platforms
        on activities.platform_id in (platforms.platform_id, 'all')
    inner join dates
        on dates.date_day between activities.first_date and activities.last_date
),

inside as (
    select
        readings.listing_id,
        readings.observed_date,
        readings.sku_id_or_all,
        readings.final_price,
        readings.final_price_original,
        activity_days.activity_id,
        activity_days.distance
    from readings
    inner join activity_days
        on
            readings.platform_id = activity_days.platform_id
            and readings.observed_date = activity_days.date_day
    where
        readings.observed_at >= activity_days.starts_at
        and readings.observed_at < activity_days.ends_at
        and (
            activity_days.shop_id is null
            or activity_days.shop_id = readings.shop_id
        )
        and (
            activity_days.listing_id is null
            or activity_days.listing_id = readings.listing_id
        )
    union all
    select
        listing_id,
        observed_date,
        sku_id_or_all,
        final_price,
        final_price_original,
        activity_id,
        0 as distance
    from readings
    where activity_id is not null or activity_price_original is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by listing_id, observed_date, sku_id_or_all
            order by
                final_price_original,
                case when activity_id is null then 1 else 0 end,
                distance,
                activity_id
        ) as choice_no
    from inside
),

days as (
    select
        listing_id,
        sku_id_or_all,
        observed_date as price_date,
        final_price as activity_price,
        activity_id
    from ranked
    where choice_no = 1
)

select * from days
