{{ config(
    indexes=[
        {'columns': ['listing_id', 'changed_date', 'sku_id_or_all'], 'unique': true},
        {'columns': ['changed_date']},
    ],
) }}

with

changes as (
    select * from {{ ref('agg_price_changes') }}
),

wars as (
    select * from {{ ref('int_price_wars') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

-- the days that were over when the run began
past as (
    select
        changes.*,
        lag(changes.price_after_original) over (
            partition by changes.listing_id, changes.sku_id_or_all
            order by changes.changed_date
        ) as ended_at_original
    from changes
    inner join platforms on changes.platform_id = platforms.platform_id
    where changes.changed_date < {{ local_date(as_of(), 'platforms.time_zone') }}
),

flagged as (
    select
        past.listing_id,
        past.sku_id_or_all,
        past.changed_date,
        past.price_before,
        past.price_after,
        past.change_rate,
        past.kind,
        past.is_new_low,
        past.is_raised_before_activity,
        wars.war_id,
        wars.war_depth_rate,
        wars.war_seller_count,
        -- unseen days, small moves that were ignored, or an exchange rate lie between
        past.changed_date > {{ days_after('past.date_before', 7) }}
        or coalesce(past.price_before_original <> past.ended_at_original, false)
        or past.currency <> '{{ var("reporting_currency") }}' as is_after_gap
    from past
    left join wars
        on
            past.listing_id = wars.listing_id
            and past.sku_id_or_all = wars.sku_id_or_all
            and past.changed_date = wars.changed_date
)

select * from flagged
