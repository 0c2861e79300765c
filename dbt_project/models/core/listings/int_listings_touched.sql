{%- set prices = standing('agg_competitor_prices_daily') -%}
with

loads as (
    select * from {{ ref('int_loads_decided') }}
),

listings as (
    select * from {{ ref('int_listings_unioned') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

removed as (
    select * from {{ ref('stg_ops__touched_keys') }}
),

rates as (
    select * from {{ ref('int_fx_rates_unioned') }}
),

buckets as (
    select * from {{ ref('int_counter_buckets_read') }}
),

buckets_changed as (
    select
        platform_id,
        min(valid_from) as touched_from
    from {{ differences('buckets', standing('int_counter_buckets_used')) }}
        as differences
    group by platform_id
),

touched_loads as (
    select
        stream,
        load_id
    from loads
    where is_accepted and is_touched and stream in ('listings', 'fx_rates')
),

delivered as (
    select
        listings.listing_id,
        listings.platform_id,
        min(listings.observed_at) as observed_at
    from listings
    where
        listings.load_id in (
            select load_id from touched_loads
            where stream = 'listings'
        )
    group by listings.listing_id, listings.platform_id
),

rated as (
    select min(rate_date) as touched_from
    from rates
    where load_id in (
        select load_id from touched_loads
        where stream = 'fx_rates'
    )
),

removed_now as (
    select
        stream,
        entity_key
    from removed
    where
        stream in ('listings', 'fx_rates')
        and touched_seq <= {{ var('to_seq') }}
        and (
            touched_seq > {{ var('from_seq') }}
            {% for stream in var('reread_streams') %}
            or stream = '{{ stream }}'
            {% endfor %}
        )
),

-- what is priced in money of its own
abroad as (
    select distinct listing_id
    from listings
    where
        currency <> '{{ var("reporting_currency") }}'
        and (
            exists (
                select 1 from rated
                where touched_from is not null
            )
            or exists (
                select 1 from removed_now
                where stream = 'fx_rates'
            )
        )
),

-- what shows a counter that may read otherwise now
counting as (
    select
        listings.listing_id,
        min(buckets_changed.touched_from) as touched_from
    from listings
    inner join buckets_changed on listings.platform_id = buckets_changed.platform_id
    group by listings.listing_id
),

{% if prices %}
-- time alone carries the price of a listing that is not seen; the last table that does
-- so tells how far it went, so that a build that broke off before is made up for
carried as (
    select
        prices.listing_id,
        prices.sku_id_or_all,
        {{ local_date(as_of(), 'platforms.time_zone') }} as run_date,
        max(prices.price_date) as last_date,
        max({{ days_after(
            'prices.price_date', '(7 - prices.days_since_seen)'
        ) }}) as carried_to
    from {{ prices }} as prices
    inner join platforms on prices.platform_id = platforms.platform_id
    where
        prices.days_since_seen is not null
        -- where the last build left off
        and prices.price_date >= {{ days_after(
            '(select max(price_date) from ' ~ prices ~ ' where price_date <= '
            ~ days_after(local_date(as_of(), "'UTC'"), 1) ~ ')',
            -2
        ) }}
    group by
        prices.listing_id,
        prices.sku_id_or_all,
        {{ local_date(as_of(), 'platforms.time_zone') }}
),
{% endif %}

causes as (
    select
        delivered.listing_id,
        {{ local_date(
            'delivered.observed_at', 'platforms.time_zone'
        ) }} as touched_from
    from delivered
    inner join platforms on delivered.platform_id = platforms.platform_id
    {% if prices %}
    union all
    select
        listing_id,
        {{ days_after('last_date', 1) }} as touched_from
    from carried
    where last_date < carried_to and last_date < run_date
    {% endif %}
    union all
    select
        entity_key as listing_id,
        date '1900-01-01' as touched_from
    from removed_now
    where stream = 'listings'
    union all
    select
        abroad.listing_id,
        rated.touched_from
    from abroad
    inner join rated on rated.touched_from is not null
    union all
    select
        listing_id,
        date '1900-01-01' as touched_from
    from abroad
    where
        exists (
            select 1 from removed_now
            where stream = 'fx_rates'
        )
    union all
    select
        listing_id,
        touched_from
    from counting
),

touched as (
    select
        listing_id,
        min(touched_from) as touched_from
    from causes
    group by listing_id
)

select * from touched
