{{ config(
    indexes=[
        {'columns': ['listing_id', 'changed_date', 'sku_id_or_all'], 'unique': true},
        {'columns': ['changed_date']},
    ],
) }}

with

prices as (
    select * from {{ ref('agg_competitor_prices_daily') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

matches as (
    select * from {{ ref('listing_matches') }}
    where is_usable
),

usable as (
    select
        prices.listing_id,
        prices.sku_id_or_all,
        prices.price_date,
        prices.shop_id,
        prices.currency,
        prices.fx_rate,
        prices.list_price,
        prices.final_price,
        prices.final_price_original,
        prices.is_activity_day,
        prices.is_low_365d
    from prices
    inner join platforms on prices.platform_id = platforms.platform_id
    where
        prices.snapshot_count > 0
        and prices.price_date < {{ local_date(as_of(), 'platforms.time_zone') }}
),

followed as (
    select
        *,
        lag(price_date) over following as date_before,
        lag(final_price_original) over following as price_before_original,
        lag(is_activity_day) over following as was_activity_day
    from usable
    window following as (
        partition by listing_id, currency, sku_id_or_all order by price_date
    )
),

-- in the money of the listing, so that an exchange rate changes no price
differing as (
    select
        *,
        abs(final_price_original - price_before_original) >= 0.01
        and abs(final_price_original / price_before_original - 1) >= 0.005 as is_move
    from followed
    where final_price_original <> price_before_original
),

followed_moves as (
    select
        *,
        sum(case when is_move then 0 else 1 end) over (
            partition by listing_id, currency, sku_id_or_all
            order by price_date
            rows between unbounded preceding and current row
        ) as ignored_count
    from differing
),

moves as (
    select
        listing_id,
        sku_id_or_all,
        price_date as changed_date,
        shop_id,
        final_price_original as price_after_original,
        case
            when currency = '{{ var("reporting_currency") }}' then price_before_original
            else price_before_original * fx_rate
        end as price_before,
        final_price as price_after,
        final_price_original / price_before_original - 1 as change_rate,
        case
            when is_activity_day and not was_activity_day then 'activity_start'
            when was_activity_day and not is_activity_day then 'activity_end'
            when final_price_original > price_before_original then 'up'
            else 'down'
        end as kind,
        is_low_365d as is_new_low,
        -- small steps, unseen days or an exchange rate lie before this change
        ignored_count <> coalesce(
            lag(ignored_count) over (
                partition by listing_id, currency, sku_id_or_all order by price_date
            ),
            0
        )
        or price_date > {{ days_after('date_before', 7) }}
        or currency <> '{{ var("reporting_currency") }}' as is_after_gap
    from followed_moves
    where is_move
),

{{ raised_steps() }},

{{ war_steps() }},

changes as (
    select
        moves.listing_id,
        moves.sku_id_or_all,
        moves.changed_date,
        moves.price_before,
        moves.price_after,
        moves.change_rate,
        moves.kind,
        moves.is_new_low,
        raised.changed_date is not null as is_raised_before_activity,
        wars.war_id,
        wars.war_depth_rate,
        wars.war_seller_count,
        moves.is_after_gap
    from moves
    left join raised
        on
            moves.listing_id = raised.listing_id
            and moves.sku_id_or_all = raised.sku_id_or_all
            and moves.changed_date = raised.changed_date
    left join wars
        on
            moves.listing_id = wars.listing_id
            and moves.sku_id_or_all = wars.sku_id_or_all
            and moves.changed_date = wars.changed_date
)

select * from changes
