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

prices as (
    select * from {{ ref('agg_competitor_prices_daily') }}
    where snapshot_count > 0
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

matches as (
    select * from {{ ref('listing_matches') }}
    where is_usable
),

-- the days that were over when the run began
moves as (
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

{{ war_steps() }},

flagged as (
    select
        moves.listing_id,
        moves.sku_id_or_all,
        moves.changed_date,
        moves.price_before,
        moves.price_after,
        moves.change_rate,
        moves.kind,
        moves.is_new_low,
        moves.is_raised_before_activity,
        wars.war_id,
        wars.war_depth_rate,
        wars.war_seller_count,
        -- unseen days, small moves that were ignored, or an exchange rate lie between
        moves.changed_date > {{ days_after('moves.date_before', 7) }}
        or coalesce(moves.price_before_original <> moves.ended_at_original, false)
        or moves.currency <> '{{ var("reporting_currency") }}' as is_after_gap
    from moves
    left join wars
        on
            moves.listing_id = wars.listing_id
            and moves.sku_id_or_all = wars.sku_id_or_all
            and moves.changed_date = wars.changed_date
)

select * from flagged
