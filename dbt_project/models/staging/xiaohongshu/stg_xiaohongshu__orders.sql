with

source as (
    select * from {{ source('raw', 'xiaohongshu__orders') }}
),

-- milliseconds and fen
renamed as (
    select
        -- keys
        'xiaohongshu' as platform_id,
        'xiaohongshu:' || {{ payload('orderId') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        {{ payload('userId_hash') }} as buyer_ref,

        -- facts
        {{ payload('orderStatus') }} as platform_status,
        {{ payload('orderType') }} as order_type,
        {{ payload_epoch('createdTime', 1000) }} as created_at,
        {{ payload_epoch('updateTime', 1000) }} as updated_at,
        {{ payload_epoch('paidTime', 1000) }} as pay_time,
        {{ payload_epoch('deliveryTime', 1000) }} as shipped_at,
        {{ payload_epoch('finishTime', 1000) }} as finished_at,
        {{ payload_epoch('cancelTime', 1000) }} as closed_at,
        {{ payload_fen('totalPayAmount') }} as payment,
        {{ payload_fen('totalShippingFree') }} as freight,
        {{ payload_fen('totalMerchantDiscount') }} as seller_discount_amount,
        {{ payload_fen('totalRedDiscount') }} as platform_discount_amount,
        {{ payload('receiverProvinceName') }} as province,
        {{ payload('receiverCityName') }} as city,

        -- where it came from
        {{ provenance() }}
    from source
),

-- a deposit alone is no sale
dated as (
    select
        *,
        {{ status_of('xiaohongshu', 'orders', 'platform_status', "'unknown'") }}
            as status,
        case when platform_status <> '1' then pay_time end as paid_at
    from renamed
),

charged as (
    select
        *,
        'CNY' as currency,
        case when paid_at is null then 0 else payment end as paid_amount,
        payment - coalesce(freight, 0) + coalesce(seller_discount_amount, 0)
        + coalesce(platform_discount_amount, 0) as goods_amount,
        case when paid_at is null then 0 else freight end as freight_amount,
        case when status = 'completed' then finished_at end as received_at,
        case when order_type in ('2', '3', '4') then 'presale' else 'normal' end
            as order_kind,
        {{ unsaid('orders', [
            'staff_id', 'agent_id', 'link_id', 'activity_id', 'group_id', 'bargain_id',
            'split_from_order_id', 'confirmed_at', 'close_reason', 'tax_amount',
            'platform_fee_amount', 'channel', 'scene', 'entry', 'is_dropship',
            'city_tier', 'distance_m', 'is_self_run',
        ]) }}
    from dated
),

judged as (
    select
        {{ judged('orders') }},
        {{ new_status_of('xiaohongshu', 'orders', 'platform_status') }} as new_status
    from charged
)

select * from judged
