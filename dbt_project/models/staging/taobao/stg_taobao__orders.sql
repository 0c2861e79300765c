with

source as (
    select * from {{ source('raw', 'taobao__orders') }}
),

renamed as (
    select
        -- keys
        'taobao' as platform_id,
        'taobao:' || coalesce({{ payload('tid_str') }}, {{ payload('tid') }})
            as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        {{ payload('buyer_open_uid_hash') }} as buyer_ref,

        -- facts
        {{ payload('status') }} as platform_status,
        {{ payload('type') }} as trade_type,
        {{ payload('step_trade_status') }} as step_status,
        {{ payload('trade_from') }} as scene,
        {{ payload_local_time('created') }} as created_at,
        {{ payload_local_time('modified') }} as updated_at,
        {{ payload_local_time('pay_time') }} as pay_time,
        {{ payload_local_time('consign_time') }} as shipped_at,
        {{ payload_local_time('end_time') }} as ended_at,
        {{ payload('payment', 'numeric') }} as payment,
        {{ payload('total_fee', 'numeric') }} as goods_amount,
        {{ payload('post_fee', 'numeric') }} as freight,
        {{ payload('order_tax_fee', 'numeric') }} as tax,
        {{ payload('platform_subsidy_fee', 'numeric') }} as platform_subsidy,
        {{ payload('commission_fee', 'numeric') }} as platform_fee_amount,
        {{ payload('receiver_state') }} as province,
        coalesce({{ payload('receiver_city') }}, {{ payload('receiver_district') }})
            as city,

        -- where it came from
        {{ provenance() }}
    from source
),

-- a deposit is no sale before the rest is paid; cash on delivery is paid at the end
dated as (
    select
        *,
        {{ status_of('taobao', 'orders', 'platform_status', "'unknown'") }} as status,
        case
            when
                step_status in ('FRONT_NOPAID_FINAL_NOPAID', 'FRONT_PAID_FINAL_NOPAID')
                or platform_status = 'TRADE_CLOSED_BY_TAOBAO'
                then null
            when pay_time is not null then pay_time
            when trade_type = 'cod' and platform_status = 'TRADE_FINISHED' then ended_at
        end as paid_at
    from renamed
),

charged as (
    select
        *,
        'CNY' as currency,
        case when paid_at is null then 0 else payment end as paid_amount,
        case when paid_at is null then 0 else freight end as freight_amount,
        case when paid_at is null then 0 else tax end as tax_amount,
        -- who pays for a discount is not said: the seller, where the platform does not
        goods_amount + coalesce(freight, 0) + coalesce(tax, 0) - payment
        - coalesce(platform_subsidy, 0) as seller_discount_amount,
        platform_subsidy as platform_discount_amount,
        case when status = 'completed' then ended_at end as received_at,
        case when status = 'closed' then ended_at end as closed_at,
        case
            when trade_type = 'step' or step_status is not null then 'presale'
            when scene like '%JHS%' then 'group'
            else 'normal'
        end as order_kind,
        {{ unsaid('orders', [
            'staff_id', 'agent_id', 'link_id', 'activity_id', 'group_id', 'bargain_id',
            'split_from_order_id', 'confirmed_at', 'close_reason', 'channel', 'entry',
            'is_dropship', 'city_tier', 'distance_m', 'is_self_run',
        ]) }}
    from dated
),

judged as (
    select
        {{ judged('orders') }},
        {{ new_status_of('taobao', 'orders', 'platform_status') }} as new_status
    from charged
)

select * from judged
