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
    where listings.load_id in (
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
            {%- for stream in var('reread_streams') %}
            or stream = '{{ stream }}'
            {%- endfor %}
        )
),

-- what stands in a currency of its own, or shows a counter that reads otherwise now
listings_by_trait as (
    select
        listing_id,
        platform_id,
        currency
    from listings
    where
        currency <> '{{ var("reporting_currency") }}'
        or platform_id in (select platform_id from buckets_changed)
    group by listing_id, platform_id, currency
),

causes as (
    select
        delivered.listing_id,
        {{ local_date(
            'delivered.observed_at', 'platforms.time_zone'
        ) }} as touched_from
    from delivered
    inner join platforms on delivered.platform_id = platforms.platform_id
    union all
    select
        entity_key as listing_id,
        date '1900-01-01' as touched_from
    from removed_now
    where stream = 'listings'
    union all
    select
        listings_by_trait.listing_id,
        rated.touched_from
    from listings_by_trait
    inner join rated on rated.touched_from is not null
    where listings_by_trait.currency <> '{{ var("reporting_currency") }}'
    union all
    select
        listing_id,
        date '1900-01-01' as touched_from
    from listings_by_trait
    where
        currency <> '{{ var("reporting_currency") }}'
        and exists (select 1 from removed_now where stream = 'fx_rates')
    union all
    select
        listings_by_trait.listing_id,
        buckets_changed.touched_from
    from listings_by_trait
    inner join buckets_changed
        on listings_by_trait.platform_id = buckets_changed.platform_id
),

touched as (
    select
        listing_id,
        min(touched_from) as touched_from
    from causes
    group by listing_id
)

select * from touched
