{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='order_id',
    touched={'model': 'int_customer_orders_touched', 'columns': ['order_id']},
    touches='days_of_orders',
) }}

-- depends_on: {{ ref('int_shop_days_logged') }}

with

resolved as (
    {{ touched_rows(
        'int_orders_resolved',
        ['order_id'],
        among='int_customer_orders_touched'
    ) }}
),

refs_touched as (
    select * from {{ ref('int_customer_refs_touched') }}
),

refs as (
    {{ touched_rows('int_customer_refs', ['customer_ref'], within='refs_touched') }}
),

refunds as (
    {{ touched_rows('fct_refunds', ['order_id'], among='int_customer_orders_touched') }}
),

edges as (
    select * from {{ ref('fct_referral_edges') }}
),

refunded as (
    select
        order_id,
        sum(refund_amount) as refunded_amount,
        sum(refund_amount_original) as refunded_amount_original
    from refunds
    where is_succeeded
    group by order_id
),

-- the orders that have a place among those of a customer
identified as (
    select
        resolved.order_id,
        resolved.shop_id,
        resolved.channel,
        resolved.link_id,
        resolved.paid_at,
        resolved.paid_date,
        refs.customer_id
    from resolved
    inner join refs on resolved.buyer_ref = refs.customer_ref
    where resolved.is_valid
),

-- the newest of the edges that were active when the order was paid
referred as (
    select
        identified.order_id,
        edges.parent_member_id as referrer_member_id,
        row_number() over (
            partition by identified.order_id
            order by
                edges.valid_from desc,
                edges.programme_id asc,
                edges.child_member_id asc
        ) as edge_no
    from identified
    inner join edges
        on
            identified.customer_id = edges.child_customer_id
            and identified.paid_at >= edges.valid_from
            and (edges.valid_to is null or identified.paid_at < edges.valid_to)
),

sequenced as (
    select
        identified.order_id,
        referred.referrer_member_id,
        row_number() over customer_orders as order_seq,
        first_value(identified.channel) over customer_orders as first_channel,
        first_value(identified.link_id) over customer_orders as first_link_id,
        first_value(identified.paid_date) over customer_orders as first_paid_date,
        first_value(referred.referrer_member_id) over customer_orders
            as first_referrer_id
    from identified
    left join referred
        on identified.order_id = referred.order_id and referred.edge_no = 1
    window customer_orders as (
        partition by identified.shop_id, identified.customer_id
        order by identified.paid_at, identified.order_id
    )
),

joined as (
    select
        resolved.order_id,
        resolved.platform_id,
        resolved.shop_id,
        resolved.channel,
        resolved.scene,
        resolved.entry,
        refs.customer_id,
        resolved.status,
        resolved.close_reason,
        resolved.order_kind,
        resolved.created_at,
        resolved.created_date,
        resolved.paid_at,
        resolved.paid_date,
        resolved.shipped_at,
        resolved.received_at,
        resolved.closed_at,
        resolved.currency,
        resolved.paid_amount,
        resolved.paid_amount_original,
        resolved.goods_amount,
        resolved.freight_amount,
        resolved.tax_amount,
        resolved.seller_discount_amount,
        resolved.platform_discount_amount,
        resolved.platform_fee_amount,
        case
            when resolved.fx_rate is not null then coalesce(refunded.refunded_amount, 0)
        end as refunded_amount,
        case
            when resolved.fx_rate is not null
                then resolved.paid_amount - coalesce(refunded.refunded_amount, 0)
        end as net_sales_by_order,
        resolved.is_valid,
        resolved.is_valid and (
            refunded.refunded_amount_original is null
            or refunded.refunded_amount_original
            < resolved.paid_amount_original - 0.005
        ) as is_settled,
        resolved.is_excluded,
        resolved.exclusion_reason,
        resolved.fx_rate is null as is_fx_missing,
        sequenced.order_seq,
        case
            when not resolved.is_valid then null
            when refs.customer_id is null then 'anonymous'
            when sequenced.order_seq = 1 and sequenced.referrer_member_id is not null
                then 'first_referred'
            when sequenced.order_seq = 1 then 'first_organic'
            when sequenced.first_referrer_id is not null then 'repeat_of_referred'
            else 'repeat_own'
        end as order_class,
        sequenced.referrer_member_id,
        case
            when sequenced.order_seq is null then null
            when sequenced.first_referrer_id is not null then 'referred'
            when sequenced.first_link_id is not null then 'link'
            else sequenced.first_channel
        end as first_touch_source,
        sequenced.first_channel,
        {{ month_of('sequenced.first_paid_date') }} as cohort_month_date,
        resolved.is_dropship,
        resolved.is_self_run,
        resolved.staff_id,
        resolved.agent_id,
        resolved.link_id,
        resolved.activity_id,
        resolved.group_id,
        resolved.bargain_id,
        resolved.province,
        resolved.city,
        resolved.city_tier,
        resolved.distance_m,
        resolved.load_seq,
        resolved.source_ref
    from resolved
    left join refs on resolved.buyer_ref = refs.customer_ref
    left join refunded on resolved.order_id = refunded.order_id
    left join sequenced on resolved.order_id = sequenced.order_id
)

select * from joined
