with

source as (
    select * from {{ source('raw', 'douyin__orders') }}
),

renamed as (
    select
        -- keys
        'douyin' as platform_id,
        'douyin:' || {{ payload('order_id') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        {{ payload('doudian_open_id_hash') }} as buyer_ref,

        -- facts
        {{ payload('order_status') }} as platform_status,
        {{ payload('pay_type') }} as pay_type,
        {{ payload('trade_type') }} as trade_type,
        {{ payload('cancel_reason') }} as cancel_reason,
        {{ payload_epoch('create_time') }} as created_at,
        {{ payload_epoch('update_time') }} as updated_at,
        {{ payload_epoch('pay_time') }} as pay_time,
        {{ payload_epoch('ship_time') }} as shipped_at,
        {{ payload_epoch('finish_time') }} as finished_at,
        {{ payload_epoch('confirm_receipt_time') }} as confirmed_receipt_at,
        {{ payload_fen('pay_amount') }} as payment,
        {{ payload_fen('post_amount') }} as freight,
        {{ payload_fen('tax_amount') }} as tax,
        {{ payload_fen('promotion_shop_amount') }} as seller_discount_amount,
        -- the talent's share is not the seller's either
        coalesce({{ payload_fen('promotion_platform_amount') }}, 0)
        + coalesce({{ payload_fen('promotion_talent_amount') }}, 0)
        + coalesce({{ payload_fen('promotion_pay_amount') }}, 0)
            as platform_discount_amount,
        {{ payload('b_type') }} as entry,
        {{ payload('mask_post_addr.province.name') }} as province,
        {{ payload('mask_post_addr.city.name') }} as city,

        -- where it came from
        {{ provenance() }}
    from source
),

-- a deposit alone is no sale; cash on delivery is paid at the end
dated as (
    select
        *,
        {{ status_of('douyin', 'orders', 'platform_status', "'unknown'") }} as status,
        case
            when platform_status = '1' then null
            when pay_time is not null then pay_time
            when pay_type = '0' and platform_status = '5' then finished_at
        end as paid_at
    from renamed
),

charged as (
    select
        *,
        'CNY' as currency,
        case when paid_at is null then 0 else payment end as paid_amount,
        payment - coalesce(freight, 0) - coalesce(tax, 0)
        + coalesce(seller_discount_amount, 0) + platform_discount_amount
            as goods_amount,
        case when paid_at is null then 0 else freight end as freight_amount,
        case when paid_at is null then 0 else tax end as tax_amount,
        case
            when status = 'completed' then coalesce(confirmed_receipt_at, finished_at)
        end as received_at,
        case when status = 'closed' then coalesce(finished_at, updated_at) end
            as closed_at,
        case when status = 'closed' then cancel_reason end as close_reason,
        case trade_type
            when '1' then 'group'
            when '2' then 'presale'
            else 'normal'
        end as order_kind,
        {{ unsaid('orders', [
            'staff_id', 'agent_id', 'link_id', 'activity_id', 'group_id', 'bargain_id',
            'split_from_order_id', 'confirmed_at', 'platform_fee_amount', 'channel',
            'scene', 'is_dropship', 'city_tier', 'distance_m', 'is_self_run',
        ]) }}
    from dated
),

judged as (
    select
        {{ judged('orders') }},
        {{ new_status_of('douyin', 'orders', 'platform_status') }} as new_status
    from charged
)

select * from judged
