with

source as (
    select * from {{ source('raw', 'pinduoduo__orders') }}
),

renamed as (
    select
        -- keys
        'pinduoduo' as platform_id,
        'pinduoduo:' || {{ payload('order_sn') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'pinduoduo:' || {{ payload('group_order_id') }} as group_id,

        -- facts
        {{ payload('order_status') }} as order_status,
        {{ payload('group_status') }} as group_status,
        {{ payload('confirm_status') }} as confirm_status,
        {{ payload('refund_status') }} as refund_status,
        {{ payload('trade_type') }} as trade_type,
        {{ payload('step_order_info.step_trade_status') }} as step_status,
        {{ payload('is_lucky_flag') }} as lucky_flag,
        {{ payload_local_time('created_time') }} as created_at,
        coalesce(
            {{ payload_local_time('updated_at') }},
            {{ payload_local_time('receive_time') }},
            {{ payload_local_time('shipping_time') }},
            {{ payload_local_time('confirm_time') }},
            {{ payload_local_time('created_time') }}
        ) as updated_at,
        {{ payload_local_time('pay_time') }} as pay_time,
        {{ payload_local_time('confirm_time') }} as confirmed_at,
        {{ payload_local_time('shipping_time') }} as shipped_at,
        {{ payload_local_time('receive_time') }} as received_at,
        -- amounts are binary fractions of a yuan
        round({{ payload('pay_amount', 'numeric') }}, 2) as payment,
        round({{ payload('goods_amount', 'numeric') }}, 2) as goods_amount,
        round({{ payload('postage', 'numeric') }}, 2) as freight,
        round({{ payload('seller_discount', 'numeric') }}, 2)
            as seller_discount_amount,
        round(
            coalesce({{ payload('platform_discount', 'numeric') }}, 0)
            + coalesce({{ payload('capital_free_discount', 'numeric') }}, 0),
            2
        ) as platform_discount_amount,
        {{ payload('province') }} as province,
        {{ payload('city') }} as city,

        -- where it came from
        {{ provenance() }}
    from source
),

-- one word for what four fields say
named as (
    select
        *,
        case
            when group_status = '2' then 'group_failed'
            when trade_type = '1' and step_status in ('0', '1') then 'deposit'
            when confirm_status = '2' then 'cancelled'
            when refund_status = '4' then 'refunded'
            else order_status
        end as platform_status
    from renamed
),

-- a group that did not form and a deposit alone are no sale
dated as (
    select
        *,
        {{ status_of('pinduoduo', 'orders', 'platform_status', "'unknown'") }}
            as status,
        case
            when platform_status not in ('group_failed', 'deposit')
                then coalesce(pay_time, confirmed_at)
        end as paid_at
    from named
),

charged as (
    select
        *,
        'CNY' as currency,
        case when paid_at is null then 0 else payment end as paid_amount,
        case when paid_at is null then 0 else freight end as freight_amount,
        case
            -- prizes are sold for a fen
            when lucky_flag = '2' then 'lottery'
            when trade_type = '1' then 'presale'
            when group_id is not null then 'group'
            else 'normal'
        end as order_kind,
        {{ unsaid('orders', [
            'buyer_ref', 'staff_id', 'agent_id', 'link_id', 'activity_id', 'bargain_id',
            'split_from_order_id', 'closed_at', 'close_reason', 'tax_amount',
            'platform_fee_amount', 'channel', 'scene', 'entry', 'is_dropship',
            'city_tier', 'distance_m', 'is_self_run',
        ]) }}
    from dated
),

judged as (
    select
        {{ judged('orders') }},
        {{ new_status_of('pinduoduo', 'orders', 'platform_status') }} as new_status
    from charged
)

select * from judged
