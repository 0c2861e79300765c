{{ config(
    indexes=[{'columns': ['listing_id', 'valid_from'], 'unique': true}],
) }}

with

versions as (
    select * from {{ ref('int_listing_versions') }}
),

sightings as (
    select * from {{ ref('int_listing_sightings') }}
),

sales as (
    select * from {{ ref('int_listing_sales') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

category_map as (
    select * from {{ ref('category_map') }}
    where choice_no = 1
),

spans as (
    select
        listing_id,
        platform_id,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        min(listed_at) as listed_at
    from sightings
    group by listing_id, platform_id
),

-- listings that were sold and never crawled
sold as (
    select
        listing_id,
        platform_id,
        max(shop_id) as shop_id,
        max(title) as title
    from sales
    where listing_id not in (select spans.listing_id from spans)
    group by listing_id, platform_id
),

dated as (
    select
        versions.listing_id,
        versions.valid_from,
        lead(versions.valid_from) over (
            partition by versions.listing_id order by versions.valid_from
        ) as valid_to,
        versions.platform_id,
        versions.shop_id,
        versions.family_id,
        versions.title,
        versions.brand,
        versions.platform_category_id,
        versions.counter_scope,
        spans.listed_at,
        {{ local_date('spans.first_seen_at', 'platforms.time_zone') }}
            as first_seen_date,
        {{ local_date('spans.last_seen_at', 'platforms.time_zone') }} as last_seen_date
    from versions
    inner join spans on versions.listing_id = spans.listing_id
    inner join platforms on versions.platform_id = platforms.platform_id
    union all
    select
        listing_id,
        date '1900-01-01' as valid_from,
        null as valid_to,
        platform_id,
        shop_id,
        null as family_id,
        title,
        null as brand,
        null as platform_category_id,
        null as counter_scope,
        null as listed_at,
        null as first_seen_date,
        null as last_seen_date
    from sold
    where listing_id <> 'unknown'
    union all
    select
        'unknown' as listing_id,
        date '1900-01-01' as valid_from,
        null as valid_to,
        'unknown' as platform_id,
        null as shop_id,
        null as family_id,
        null as title,
        null as brand,
        null as platform_category_id,
        null as counter_scope,
        null as listed_at,
        null as first_seen_date,
        null as last_seen_date
),

described as (
    select
        dated.listing_id,
        dated.valid_from,
        dated.valid_to,
        dated.valid_to is null as is_current,
        dated.platform_id,
        dated.shop_id,
        dated.family_id,
        -- variants that show one counter are one unit of sales
        case
            when dated.counter_scope in ('parent', 'family', 'spu')
                then coalesce(dated.family_id, dated.listing_id)
            else dated.listing_id
        end as sales_unit_id,
        dated.title,
        {{ dbt.hash('dated.title') }} as title_hash,
        dated.platform_id || ':' || lower(dated.brand) as brand_id,
        dated.platform_category_id,
        coalesce(category_map.category_id, dated.platform_category_id) as category_id,
        dated.listed_at,
        dated.first_seen_date,
        dated.last_seen_date,
        coalesce(shops.is_own, false) as is_own
    from dated
    left join shops on dated.shop_id = shops.shop_id
    left join category_map
        on
            dated.platform_category_id = category_map.platform_category_id
            and {{ holds_on(
                'dated.valid_from', 'category_map.valid_from', 'category_map.valid_to'
            ) }}
)

select * from described
