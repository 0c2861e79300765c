{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='refund_id',
    touched={
        'model': 'int_orders_touched',
        'columns': ['stated_order_id'],
        'listed_as': ['order_id'],
    },
    touches='days_of_refunds',
) }}

-- depends_on: {{ ref('int_shop_days_logged') }}

with

refunds as (
    {{ touched_rows('int_refunds_unioned', ['order_id'], among='int_orders_touched') }}
),

orders as (
    select * from {{ ref('int_orders_resolved') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

loads as (
    select * from {{ ref('int_loads_decided') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by refund_id
            order by updated_at desc, source_rank asc, load_seq desc, source_ref desc
        ) as version_no,
        max(
            case when source_rank = 0 and status = 'succeeded' then 1 else 0 end
        ) over (partition by order_id) as has_own_refunds
    from refunds
),

-- an order report names no refund: what it says of one is already there where the
-- platform told of it itself
told_once as (
    select *
    from versions
    where
        version_no = 1
        and not (
            has_own_refunds = 1 and source_rank > 0 and refund_id like '%:refund'
        )
),

matched as (
    select
        told_once.*,
        orders.order_id as known_order_id,
        orders.paid_date,
        orders.fx_date as order_fx_date,
        coalesce(orders.is_valid, true) as is_sale,
        coalesce(orders.channel, 'unknown') as channel,
        coalesce(orders.shop_id, shops.shop_id, 'unknown') as known_shop_id,
        coalesce(orders.time_zone, shops.time_zone, 'Asia/Shanghai') as time_zone
    from told_once
    inner join loads on told_once.load_id = loads.load_id
    left join orders on told_once.order_id = orders.order_id
    left join shops
        on coalesce(told_once.shop_id, loads.source_shop_id) = shops.shop_id
),

dated as (
    select
        *,
        coalesce(
            {{ local_date('succeeded_at', 'time_zone') }},
            paid_date,
            {{ local_date('coalesce(applied_at, updated_at)', 'time_zone') }}
        ) as refund_date,
        succeeded_at is null as is_refund_date_assumed
    from matched
),

priced as (
    select
        *,
        coalesce(order_fx_date, refund_date) as fx_date
    from dated
),

pairs as (
    select
        currency,
        fx_date
    from priced
    group by currency, fx_date
),

{{ rated_pairs() }},

converted as (
    select
        priced.refund_id,
        coalesce(
            priced.known_order_id,
            priced.platform_id || ':unknown:'
            || coalesce(
                nullif({{ dbt.split_part('priced.known_shop_id', "':'", 2) }}, ''),
                priced.known_shop_id
            )
        ) as order_id,
        priced.order_id as stated_order_id,
        priced.known_order_id is null as is_order_unknown,
        priced.line_id,
        priced.known_shop_id as shop_id,
        priced.channel,
        priced.status,
        priced.status = 'succeeded' as is_succeeded,
        priced.status = 'succeeded' and priced.is_sale as is_counted,
        priced.refund_amount * rated.fx_rate as refund_amount,
        priced.refund_amount as refund_amount_original,
        priced.currency,
        priced.quantity,
        priced.applied_at,
        priced.succeeded_at,
        priced.refund_date,
        priced.is_refund_date_assumed,
        priced.reason,
        priced.kind,
        priced.load_seq,
        priced.source_ref
    from priced
    left join rated
        on priced.currency = rated.currency and priced.fx_date = rated.fx_date
)

select * from converted
