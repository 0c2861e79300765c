-- depends_on: {{ ref('int_listing_prices_touched') }}

{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={'model': 'int_listing_prices_touched', 'date': 'changed_date'},
    indexes=[{
        'columns': ['listing_id', 'changed_date', 'sku_id_or_all'], 'unique': true,
    }],
) }}

with

prices as (
    select * from {{ ref('agg_competitor_prices_daily') }}
    where snapshot_count > 0
),

{% if is_incremental() %}
touched as (
    select * from {{ ref('int_listing_prices_touched') }}
),

-- the day before the first one built, however long ago
days_before as (
    select
        prices.listing_id,
        prices.sku_id_or_all,
        prices.currency,
        max(prices.price_date) as price_date
    from prices
    inner join touched
        on
            prices.listing_id = touched.listing_id
            and prices.price_date < touched.touched_from
    group by prices.listing_id, prices.sku_id_or_all, prices.currency
),
{% endif %}

usable as (
    {% if is_incremental() %}
    select prices.*
    from prices
    inner join touched
        on
            prices.listing_id = touched.listing_id
            and prices.price_date >= touched.touched_from
    union all
    select prices.*
    from prices
    inner join days_before
        on
            prices.listing_id = days_before.listing_id
            and prices.sku_id_or_all = days_before.sku_id_or_all
            and prices.price_date = days_before.price_date
    {% else %}
    select * from prices
    {% endif %}
),

-- in the money of the listing, so that an exchange rate changes no price
followed as (
    select
        *,
        lag(price_date) over following as date_before,
        lag(final_price_original) over following as price_before_original,
        lag(is_activity_day) over following as was_activity_day
    from usable
    window following as (
        partition by listing_id, sku_id_or_all, currency order by price_date
    )
),

moves as (
    select
        listing_id,
        sku_id_or_all,
        price_date as changed_date,
        date_before,
        platform_id,
        shop_id,
        currency,
        price_before_original,
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
        is_low_365d as is_new_low
    from followed
    where
        abs(final_price_original - price_before_original) >= 0.01
        and abs(final_price_original - price_before_original)
        >= 0.005 * price_before_original
),

{{ raised_steps() }},

changes as (
    select
        moves.*,
        raised.changed_date is not null as is_raised_before_activity
    from moves
    left join raised
        on
            moves.listing_id = raised.listing_id
            and moves.sku_id_or_all = raised.sku_id_or_all
            and moves.changed_date = raised.changed_date
)

select * from changes
