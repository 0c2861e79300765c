with

source as (
    select * from {{ source('raw', 'xiaohongshu__refunds') }}
),

-- yuan here, unlike the orders
renamed as (
    select
        -- keys
        'xiaohongshu' as platform_id,
        'xiaohongshu:' || {{ payload('returnsId') }} as refund_id,
        'xiaohongshu:' || {{ payload('orderId') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,

        -- facts
        {{ payload('status') }} as platform_status,
        {{ payload('refundStatus') }} as refund_status,
        round({{ payload('refundAmountYuan', 'numeric') }}, 2) as refunded,
        round({{ payload('expectedRefundAmountYuan', 'numeric') }}, 2) as expected,
        'CNY' as currency,
        coalesce(
            {{ payload_epoch('updatedAt', 1000) }},
            {{ payload_epoch('applyTime', 1000) }}
        ) as updated_at,
        {{ payload_epoch('applyTime', 1000) }} as applied_at,
        {{ payload_epoch('refundTime', 1000) }} as refund_time,
        nullif({{ payload_sum('skus[*]', 'appliedCount') }}, 0) as quantity,
        {{ payload('reasonNameZh') }} as reason,
        case {{ payload('returnType') }}
            when '1' then 'return'
            when '2' then 'exchange'
            when '4' then 'refund_only'
            when '5' then 'refund_only'
            when '6' then 'refund_only'
        end as kind,
        {{ unsaid('refunds', ['line_id']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

-- an exchange ends without money
dated as (
    select
        *,
        case
            when refund_status = '2' then 'succeeded'
            when platform_status = '4' and kind = 'exchange' then 'closed'
            else
                {{ status_of(
                    'xiaohongshu', 'refunds', 'platform_status', "'applied'"
                ) }}
        end as status
    from renamed
),

paid_back as (
    select
        *,
        case
            when status = 'succeeded' then coalesce(refunded, expected)
            else coalesce(expected, refunded, 0)
        end as refund_amount,
        case when status = 'succeeded' then coalesce(refund_time, updated_at) end
            as succeeded_at
    from dated
),

judged as (
    select
        {{ judged('refunds') }},
        {{ new_status_of('xiaohongshu', 'refunds', 'platform_status') }} as new_status
    from paid_back
)

select * from judged
