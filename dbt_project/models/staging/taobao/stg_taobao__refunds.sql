with

source as (
    select * from {{ source('raw', 'taobao__refunds') }}
),

renamed as (
    select
        -- keys
        'taobao' as platform_id,
        'taobao:' || {{ payload('refund_id') }} as refund_id,
        'taobao:' || {{ payload('tid') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'taobao:' || {{ payload('oid') }} as line_id,

        -- facts
        {{ payload('status') }} as platform_status,
        {{ payload('refund_fee', 'numeric') }} as refund_amount,
        'CNY' as currency,
        {{ payload_local_time('modified') }} as updated_at,
        {{ payload_local_time('created') }} as applied_at,
        {{ payload_local_time('end_time') }} as ended_at,
        {{ payload('num', 'numeric') }} as quantity,
        {{ payload('reason') }} as reason,
        case {{ payload('has_good_return', 'boolean') }}
            when true then 'return'
            when false then 'refund_only'
        end as kind,

        -- where it came from
        {{ provenance() }}
    from source
),

dated as (
    select
        *,
        {{ status_of('taobao', 'refunds', 'platform_status', "'applied'") }} as status,
        case
            when platform_status = 'SUCCESS' then coalesce(ended_at, updated_at)
        end as succeeded_at
    from renamed
),

judged as (
    select
        {{ judged('refunds') }},
        {{ new_status_of('taobao', 'refunds', 'platform_status') }} as new_status
    from dated
)

select * from judged
