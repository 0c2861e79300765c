with

source as (
    select * from {{ source('raw', 'youzan__orders') }}
),

renamed as (
    select
        -- keys
        'youzan' as platform_id,
        'youzan:' || {{ payload('order_info.tid') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        {{ payload('buyer_info.yz_open_id_hash') }} as buyer_ref,
        'youzan:' || {{ payload('order_info.order_extra.parent_order_no') }}
            as split_from_order_id,

        -- facts
        {{ payload('order_info.status') }} as platform_status,
        {{ payload('order_info.type') }} as order_type,
        {{ payload('order_info.pay_type_str') }} as pay_type,
        {{ payload('order_info.order_extra.is_parent_order') }} in ('1', 'true')
            as is_parent,
        {{ payload_local_time('order_info.created') }} as created_at,
        {{ payload_local_time('order_info.update_time') }} as updated_at,
        {{ payload_local_time('order_info.pay_time') }} as pay_time,
        {{ payload_local_time('order_info.confirm_time') }} as confirmed_at,
        {{ payload_local_time('order_info.consign_time') }} as shipped_at,
        {{ payload_local_time('order_info.success_time') }} as received_at,
        {{ payload('pay_info.payment', 'numeric') }} as payment,
        {{ payload('pay_info.total_fee', 'numeric') }} as goods_amount,
        {{ payload('pay_info.post_fee', 'numeric') }} as freight,
        {{ payload('source_info.source.platform') }} as channel,
        {{ payload('source_info.source.wx_entrance') }} as scene,
        {{ payload('source_info.order_mark') }} as entry,
        {{ payload('order_info.order_tags.is_fenxiao_order', 'boolean') }}
            as is_dropship,
        {{ payload('address_info.delivery_province') }} as province,
        {{ payload('address_info.delivery_city') }} as city,

        -- where it came from
        {{ provenance() }}
    from source
),

-- of an order that says it was split only the parts are sales; cash on delivery is paid
-- at the end
dated as (
    select
        *,
        case
            when is_parent then 'closed'
            else {{ status_of('youzan', 'orders', 'platform_status', "'unknown'") }}
        end as status,
        case
            when is_parent or platform_status = 'WAIT_BUYER_PAY' then null
            when pay_time is not null then pay_time
            when pay_type = 'CODPAY' and platform_status = 'TRADE_SUCCESS'
                then received_at
        end as paid_at
    from renamed
),

charged as (
    select
        *,
        'CNY' as currency,
        case when paid_at is null then 0 else payment end as paid_amount,
        case when paid_at is null then 0 else freight end as freight_amount,
        -- the seller's own shop: nobody else takes anything off
        goods_amount + coalesce(freight, 0) - payment as seller_discount_amount,
        case when status = 'closed' then updated_at end as closed_at,
        case when is_parent then 'split' end as close_reason,
        case when order_type = '10' then 'group' else 'normal' end as order_kind,
        {{ unsaid('orders', [
            'staff_id', 'agent_id', 'link_id', 'activity_id', 'group_id', 'bargain_id',
            'tax_amount', 'platform_discount_amount', 'platform_fee_amount',
            'city_tier', 'distance_m', 'is_self_run',
        ]) }}
    from dated
),

judged as (
    select
        {{ judged('orders') }},
        {{ new_status_of('youzan', 'orders', 'platform_status') }} as new_status
    from charged
)

select * from judged
