with

platforms as (
    select * from {{ ref('platforms') }}
),

shops as (
    select * from {{ ref('stg_ops__shops') }}
),

sightings as (
    select * from {{ ref('int_listing_sightings') }}
),

met as (
    select platform_id from shops
    union
    select platform_id from sightings
),

known as (
    select
        platform_id,
        kind,
        name_zh,
        name_en,
        time_zone,
        currency,
        headline_price
    from platforms
    union all
    -- a platform nobody described is taken for a shop of its own
    select
        met.platform_id,
        'own' as kind,
        met.platform_id as name_zh,
        met.platform_id as name_en,
        'Asia/Shanghai' as time_zone,
        'CNY' as currency,
        'single' as headline_price
    from met
    where met.platform_id not in (select platforms.platform_id from platforms)
)

select * from known
