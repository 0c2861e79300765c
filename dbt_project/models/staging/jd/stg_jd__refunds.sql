with

source as (
    select * from {{ source('raw', 'jd__refunds') }}
),

renamed as (
    select
        -- keys
        'jd' as platform_id,
        'jd:' || {{ payload('id') }} as refund_id,
        'jd:' || {{ payload('orderId') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,

        -- facts: fen here, unlike the orders
        {{ payload('status') }} as platform_status,
        {{ payload_fen('applyRefundSum') }} as refund_amount,
        'CNY' as currency,
        coalesce(
            {{ payload_local_time('checkTime') }}, {{ payload_local_time('applyTime') }}
        ) as updated_at,
        {{ payload_local_time('applyTime') }} as applied_at,
        {{ payload('reason') }} as reason,
        {{ unsaid('refunds', ['line_id', 'quantity', 'kind']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

dated as (
    select
        *,
        {{ status_of('jd', 'refunds', 'platform_status', "'applied'") }} as status,
        case when platform_status in ('3', '6', '9') then updated_at end
            as succeeded_at
    from renamed
),

judged as (
    select
        {{ judged('refunds') }},
        {{ new_status_of('jd', 'refunds', 'platform_status') }} as new_status
    from dated
)

select * from judged
