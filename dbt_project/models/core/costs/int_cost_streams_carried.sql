with

shops as (
    select * from {{ ref('dim_shops') }}
),

sources as (
    select * from {{ ref('stg_ops__sources') }}
),

coverage as (
    select * from {{ ref('fct_coverage_daily') }}
    where covered_kind = 'shop'
),

streams_of_sources as (
    select
        source_name,
        shop_id,
        {{ dbt.split_part('stream_id', "'__'", 2) }} as stream
    from sources
),

-- the registry says so, or a delivery of a source without a shop spoke for the shop;
-- a list of costs without a shop is for all of them
carried as (
    select
        shop_id,
        stream
    from streams_of_sources
    where shop_id is not null
    union
    select
        covered_id as shop_id,
        stream
    from coverage
    union
    select
        shops.shop_id,
        streams_of_sources.stream
    from streams_of_sources
    cross join shops
    where streams_of_sources.shop_id is null and streams_of_sources.stream = 'costs'
),

-- refunds that come in the same deliveries as the orders need no coverage of their own
refunds_apart as (
    select refund_sources.shop_id
    from streams_of_sources as refund_sources
    left join streams_of_sources as order_sources
        on
            refund_sources.source_name = order_sources.source_name
            and order_sources.stream = 'orders'
    where
        refund_sources.stream = 'refunds'
        and refund_sources.shop_id is not null
        and order_sources.source_name is null
    group by refund_sources.shop_id
),

flags as (
    select
        shops.shop_id,
        max(case when carried.stream = 'ads' then 1 else 0 end) = 1 as carries_ads,
        max(case when carried.stream = 'fees' then 1 else 0 end) = 1 as carries_fees,
        max(case when carried.stream = 'commissions' then 1 else 0 end) = 1
            as carries_commissions,
        max(case when carried.stream = 'costs' then 1 else 0 end) = 1 as carries_costs,
        max(case when refunds_apart.shop_id is not null then 1 else 0 end) = 1
            as carries_refunds_apart
    from shops
    left join carried on shops.shop_id = carried.shop_id
    left join refunds_apart on shops.shop_id = refunds_apart.shop_id
    group by shops.shop_id
)

select * from flags
