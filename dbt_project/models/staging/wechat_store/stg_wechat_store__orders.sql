with

source as (
    select * from {{ source('raw', 'wechat_store__orders') }}
),

renamed as (
    select
        -- keys
        'wechat_store' as platform_id,
        'wechat_store:' || {{ payload('order_id') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        {{ payload('openid_hash') }} as buyer_ref,

        -- facts
        {{ payload('status') }} as platform_status,
        {{ payload_epoch('create_time') }} as created_at,
        {{ payload_epoch('update_time') }} as updated_at,
        {{ payload_epoch('order_detail.pay_info.pay_time') }} as pay_time,
        {{ payload_epoch('order_detail.ext_info.confirm_receipt_time') }}
            as received_at,
        {{ payload_fen('order_detail.price_info.order_price') }} as payment,
        {{ payload_fen('order_detail.price_info.product_price') }} as goods_amount,
        {{ payload_fen('order_detail.price_info.freight') }} as freight,
        {{ payload_fen('order_detail.price_info.discounted_price') }} as discount,
        {{ payload_fen('order_detail.price_info.merchant_discounted_price') }}
            as seller_coupons,
        {{ payload_fen('order_detail.price_info.change_down_price') }} as marked_down,
        {{ payload_fen('order_detail.price_info.deduction_price') }} as deduction,
        {{ payload('order_detail.ext_info.order_scene') }} as scene,
        {{ payload('order_detail.source_infos[0].sale_channel') }} as entry,
        {{ payload('order_detail.delivery_info.address_info.province_name') }}
            as province,
        {{ payload('order_detail.delivery_info.address_info.city_name') }} as city,

        -- where it came from
        {{ provenance() }}
    from source
),

dated as (
    select
        *,
        {{ status_of('wechat_store', 'orders', 'platform_status', "'unknown'") }}
            as status,
        case when platform_status <> '10' then pay_time end as paid_at
    from renamed
),

charged as (
    select
        *,
        'CNY' as currency,
        case when paid_at is null then 0 else payment end as paid_amount,
        case when paid_at is null then 0 else freight end as freight_amount,
        coalesce(seller_coupons, 0) + coalesce(marked_down, 0)
            as seller_discount_amount,
        -- a talent's coupon is not the seller's either; points are the platform's
        coalesce(discount, 0) - coalesce(seller_coupons, 0) + coalesce(deduction, 0)
            as platform_discount_amount,
        case when status = 'closed' then updated_at end as closed_at,
        case when platform_status = '13' then 'group' else 'normal' end as order_kind,
        {{ unsaid('orders', [
            'staff_id', 'agent_id', 'link_id', 'activity_id', 'group_id', 'bargain_id',
            'split_from_order_id', 'confirmed_at', 'shipped_at', 'close_reason',
            'tax_amount', 'platform_fee_amount', 'channel', 'is_dropship', 'city_tier',
            'distance_m', 'is_self_run',
        ]) }}
    from dated
),

judged as (
    select
        {{ judged('orders') }},
        {{ new_status_of('wechat_store', 'orders', 'platform_status') }} as new_status
    from charged
)

select * from judged
