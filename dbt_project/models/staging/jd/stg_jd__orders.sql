with

source as (
    select * from {{ source('raw', 'jd__orders') }}
),

renamed as (
    select
        -- keys
        'jd' as platform_id,
        'jd:' || {{ payload('orderId') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        coalesce({{ payload('open_id_buyer_hash') }}, {{ payload('pin_hash') }})
            as buyer_ref,
        'jd:' || coalesce(
            nullif({{ payload('directParentOrderId') }}, '0'),
            nullif({{ payload('parentOrderId') }}, '0')
        ) as split_from_order_id,

        -- facts
        {{ payload('orderState') }} as platform_status,
        {{ payload('orderStateRemark') }} as state_remark,
        {{ payload('payType') }} as pay_type,
        {{ payload('orderSource') }} as scene,
        {{ payload_local_time('orderStartTime') }} as created_at,
        {{ payload_local_time('modified') }} as updated_at,
        {{ payload_local_time('paymentConfirmTime') }} as pay_time,
        {{ payload_local_time('orderEndTime') }} as ended_at,
        -- the balance is money of the buyer
        {{ payload('orderPayment', 'numeric') }}
        + coalesce({{ payload('balanceUsed', 'numeric') }}, 0) as payment,
        {{ payload('orderTotalPrice', 'numeric') }} as goods_amount,
        {{ payload('freightPrice', 'numeric') }} as freight,
        {{ payload('sellerDiscount', 'numeric') }} as seller_discount_amount,
        -- phone red packet, beans, coupon, gift card
        {{ payload_sum(
            'couponDetailList[*]',
            'couponPrice',
            key='couponType',
            among=['34', '39', '41', '52'],
        ) }} as platform_discount_amount,
        -- flash group, group buy
        {{ payload_has('couponDetailList[*]', 'couponType', ['28', '29']) }}
            as is_group,
        {{ payload('consigneeInfo.province') }} as province,
        {{ payload('consigneeInfo.city') }} as city,

        -- where it came from
        {{ provenance() }}
    from source
),

-- cash on delivery is paid at the end
dated as (
    select
        *,
        {{ status_of('jd', 'orders', 'platform_status', "'unknown'") }} as status,
        case
            when pay_time is not null then pay_time
            when
                (pay_type = '1' or pay_type like '1-%')
                and platform_status = 'FINISHED_L'
                then ended_at
        end as paid_at
    from renamed
),

charged as (
    select
        *,
        'CNY' as currency,
        case when paid_at is null then 0 else payment end as paid_amount,
        case when paid_at is null then 0 else freight end as freight_amount,
        case when status = 'completed' then ended_at end as received_at,
        case when status = 'closed' then coalesce(ended_at, updated_at) end
            as closed_at,
        case when status = 'closed' then state_remark end as close_reason,
        case when is_group then 'group' else 'normal' end as order_kind,
        {{ unsaid('orders', [
            'staff_id', 'agent_id', 'link_id', 'activity_id', 'group_id', 'bargain_id',
            'confirmed_at', 'shipped_at', 'tax_amount', 'platform_fee_amount',
            'channel', 'entry', 'is_dropship', 'city_tier', 'distance_m',
            'is_self_run',
        ]) }}
    from dated
),

judged as (
    select
        {{ judged('orders') }},
        {{ new_status_of('jd', 'orders', 'platform_status') }} as new_status
    from charged
)

select * from judged
