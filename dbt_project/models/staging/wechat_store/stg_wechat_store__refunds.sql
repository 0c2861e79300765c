with

source as (
    select * from {{ source('raw', 'wechat_store__refunds') }}
),

renamed as (
    select
        -- keys
        'wechat_store' as platform_id,
        'wechat_store:' || {{ payload('after_sale_order_id') }} as refund_id,
        'wechat_store:' || {{ payload('order_id') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,

        -- facts
        {{ payload('status') }} as platform_status,
        {{ payload_fen('refund_info.amount') }} as refund_amount,
        'CNY' as currency,
        {{ payload_epoch('update_time') }} as updated_at,
        {{ payload_epoch('create_time') }} as applied_at,
        {{ payload_epoch('complete_time') }} as completed_at,
        {{ payload('product_info.count', 'numeric') }} as quantity,
        coalesce({{ payload('reason_text') }}, {{ payload('reason') }}) as reason,
        case {{ payload('type') }}
            when 'REFUND' then 'refund_only'
            when 'RETURN' then 'return'
            when 'EXCHANGE' then 'exchange'
        end as kind,
        {{ unsaid('refunds', ['line_id']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

dated as (
    select
        *,
        {{ status_of('wechat_store', 'refunds', 'platform_status', "'applied'") }}
            as status,
        case
            when
                platform_status in (
                    'MERCHANT_REFUND_SUCCESS', 'MERCHANT_RETURN_SUCCESS'
                )
                then coalesce(completed_at, updated_at)
        end as succeeded_at
    from renamed
),

judged as (
    select
        {{ judged('refunds') }},
        {{ new_status_of('wechat_store', 'refunds', 'platform_status') }} as new_status
    from dated
)

select * from judged
