{% set before = grown('int_listing_sightings', 'listings') %}
with

decided as (
    select * from {{ ref('int_loads_decided') }}
),

listings as (
    select * from {{ ref('int_listings_unioned') }}
    {{ only_new_loads(before, 'listings') }}
),

seen as (
    select
        listing_id,
        sku_id,
        platform_id,
        min(observed_at) as first_seen_at,
        max(observed_at) as last_seen_at,
        min(listed_at) as listed_at,
        max(gtin) as gtin,
        max(mpn) as mpn,
        max(load_seq) as load_seq
    from listings
    group by listing_id, sku_id, platform_id
    {% if before %}
    union all
    select * from {{ before }}
    {% endif %}
),

sightings as (
    select
        listing_id,
        sku_id,
        platform_id,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        min(listed_at) as listed_at,
        max(gtin) as gtin,
        max(mpn) as mpn,
        max(load_seq) as load_seq
    from seen
    group by listing_id, sku_id, platform_id
)

select * from sightings
