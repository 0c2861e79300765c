with

source as (
    select * from {{ source('raw', 'pinduoduo__refunds') }}
),

renamed as (
    select
        -- keys
        'pinduoduo' as platform_id,
        'pinduoduo:' || {{ payload('id') }} as refund_id,
        'pinduoduo:' || {{ payload('order_sn') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,

        -- facts
        {{ payload('after_sales_status') }} as platform_status,
        round({{ payload('refund_amount', 'numeric') }}, 2) as refund_amount,
        'CNY' as currency,
        {{ payload_local_time('updated_time') }} as updated_at,
        {{ payload_local_time('created_time') }} as applied_at,
        {{ payload('goods_number', 'numeric') }} as quantity,
        {{ payload('after_sale_reason') }} as reason,
        case {{ payload('after_sales_type') }}
            when '2' then 'refund_only'
            when '3' then 'return'
            when '4' then 'exchange'
            when '5' then 'exchange'
        end as kind,
        {{ unsaid('refunds', ['line_id']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

dated as (
    select
        *,
        {{ status_of('pinduoduo', 'refunds', 'platform_status', "'applied'") }}
            as status,
        case when platform_status = '10' then updated_at end as succeeded_at
    from renamed
),

judged as (
    select
        {{ judged('refunds') }},
        {{ new_status_of('pinduoduo', 'refunds', 'platform_status') }} as new_status
    from dated
)

select * from judged
