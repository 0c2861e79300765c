{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='order_id',
    touched={'model': 'int_orders_touched', 'columns': ['order_id']},
) }}

with

orders as (
    {{ touched_rows('int_orders_unioned', ['order_id'], among='int_orders_touched') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

-- orders that were split: their parts are the sales
wholes as (
    select split_from_order_id as order_id
    from {{ ref('int_orders_unioned') }}
    where
        split_from_order_id is not null
        {% if only_touched() -%}
        and split_from_order_id in (
            select order_id from {{ ref('int_orders_touched') }}
        )
        {%- endif %}
    group by split_from_order_id
),

versions as (
    select
        *,
        row_number() over (
            partition by order_id
            order by updated_at desc, source_rank asc, load_seq desc, source_ref desc
        ) as version_no
    from orders
),

placed as (
    select
        versions.*,
        shops.shop_id as known_shop_id,
        wholes.order_id is not null as is_split,
        coalesce(shops.time_zone, 'Asia/Shanghai') as time_zone
    from versions
    left join shops on versions.shop_id = shops.shop_id
    left join wholes on versions.order_id = wholes.order_id
    where versions.version_no = 1
),

dated as (
    select
        *,
        {{ local_date('created_at', 'time_zone') }} as created_date,
        {{ local_date('paid_at', 'time_zone') }} as paid_date,
        {{ local_date('coalesce(paid_at, created_at)', 'time_zone') }} as fx_date,
        case
            when order_kind = 'test' then 'test'
            when order_kind = 'lottery' and paid_amount <= 0.01 then 'lottery_one_fen'
            when is_split then 'split_into_parts'
            when paid_at is null and status = 'closed' then 'closed_before_payment'
        end as exclusion_reason
    from placed
),

pairs as (
    select
        currency,
        fx_date
    from dated
    group by currency, fx_date
),

{{ rated_pairs() }},

resolved as (
    select
        dated.order_id,
        dated.platform_id,
        coalesce(dated.known_shop_id, 'unknown') as shop_id,
        dated.shop_id as stated_shop_id,
        coalesce(dated.channel, 'unknown') as channel,
        dated.scene,
        dated.entry,
        dated.buyer_ref,
        dated.status,
        dated.close_reason,
        dated.order_kind,
        dated.is_dropship,
        dated.is_self_run,
        dated.created_at,
        dated.created_date,
        dated.paid_at,
        dated.paid_date,
        dated.shipped_at,
        dated.received_at,
        dated.closed_at,
        dated.updated_at,
        dated.currency,
        dated.paid_amount as paid_amount_original,
        coalesce(dated.freight_amount, 0) as freight_amount_original,
        coalesce(dated.tax_amount, 0) as tax_amount_original,
        dated.paid_amount * rated.fx_rate as paid_amount,
        dated.goods_amount * rated.fx_rate as goods_amount,
        coalesce(dated.freight_amount, 0) * rated.fx_rate as freight_amount,
        coalesce(dated.tax_amount, 0) * rated.fx_rate as tax_amount,
        coalesce(dated.seller_discount_amount, 0) * rated.fx_rate
            as seller_discount_amount,
        coalesce(dated.platform_discount_amount, 0) * rated.fx_rate
            as platform_discount_amount,
        coalesce(dated.platform_fee_amount, 0) * rated.fx_rate as platform_fee_amount,
        dated.fx_date,
        rated.fx_rate,
        rated.fx_rate_date,
        rated.fx_priority,
        dated.exclusion_reason,
        dated.exclusion_reason is not null as is_excluded,
        dated.paid_at is not null and dated.exclusion_reason is null as is_valid,
        dated.staff_id,
        dated.agent_id,
        dated.link_id,
        dated.activity_id,
        dated.group_id,
        dated.bargain_id,
        dated.split_from_order_id,
        dated.province,
        dated.city,
        dated.city_tier,
        dated.distance_m,
        dated.time_zone,
        dated.source_name,
        dated.run,
        dated.load_seq,
        dated.source_ref
    from dated
    left join rated
        on dated.currency = rated.currency and dated.fx_date = rated.fx_date
)

select * from resolved
