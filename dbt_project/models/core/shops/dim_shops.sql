-- depends_on: {{ ref('int_shops_touched') }}

with

registry as (
    select * from {{ ref('stg_ops__shops') }}
),

delivered as (
    select * from {{ ref('int_shops_unioned') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

versions as (
    select
        shop_id,
        platform_id,
        name,
        is_self_run,
        row_number() over (
            partition by shop_id
            order by
                coalesce(updated_at, observed_at) desc,
                source_rank asc,
                load_seq desc,
                source_ref desc
        ) as version_no
    from delivered
),

newest as (
    select
        shop_id,
        platform_id,
        name,
        is_self_run
    from versions
    where version_no = 1
),

own as (
    select
        registry.shop_id,
        registry.platform_id,
        registry.owner_id,
        registry.name,
        registry.is_own,
        newest.is_self_run,
        registry.mode,
        registry.time_zone,
        registry.currency
    from registry
    left join newest on registry.shop_id = newest.shop_id
),

others as (
    select
        newest.shop_id,
        newest.platform_id,
        cast(null as text) as owner_id,
        newest.name,
        false as is_own,
        newest.is_self_run,
        cast(null as text) as mode,
        coalesce(platforms.time_zone, 'Asia/Shanghai') as time_zone,
        platforms.currency
    from newest
    left join registry on newest.shop_id = registry.shop_id
    left join platforms on newest.platform_id = platforms.platform_id
    where registry.shop_id is null
),

unknown as (
    select
        'unknown' as shop_id,
        'unknown' as platform_id,
        cast(null as text) as owner_id,
        'unknown' as name,
        false as is_own,
        cast(null as boolean) as is_self_run,
        cast(null as text) as mode,
        'Asia/Shanghai' as time_zone,
        cast(null as text) as currency
),

shops as (
    select * from own
    union all
    select * from others
    union all
    select * from unknown
),

described as (
    select
        shop_id,
        platform_id,
        owner_id,
        name,
        is_own,
        is_self_run,
        mode,
        time_zone,
        currency,
        cast(null as text) as city_tier,
        cast(null as text) as geo_cell
    from shops
)

select * from described
