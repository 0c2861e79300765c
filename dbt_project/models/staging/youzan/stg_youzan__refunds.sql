with

source as (
    select * from {{ source('raw', 'youzan__refunds') }}
),

renamed as (
    select
        -- keys
        'youzan' as platform_id,
        'youzan:' || {{ payload('refund_id') }} as refund_id,
        'youzan:' || {{ payload('tid') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'youzan:' || {{ payload('oid') }} as line_id,

        -- facts
        {{ payload('status') }} as platform_status,
        {{ payload('refund_fee', 'numeric') }} as refund_amount,
        'CNY' as currency,
        {{ payload_local_time('modified') }} as updated_at,
        {{ payload_local_time('created') }} as applied_at,
        {{ payload_local_time('refund_success_time') }} as success_time,
        {{ payload('reason') }} as reason,
        case
            when {{ payload('demand') }} = '3' then 'exchange'
            when
                {{ payload('demand') }} = '2'
                or {{ payload('return_goods', 'boolean') }}
                then 'return'
            when
                {{ payload('demand') }} = '1'
                or not {{ payload('return_goods', 'boolean') }}
                then 'refund_only'
        end as kind,
        {{ unsaid('refunds', ['quantity']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

dated as (
    select
        *,
        {{ status_of('youzan', 'refunds', 'platform_status', "'applied'") }} as status,
        case
            when platform_status = 'SUCCESS' then coalesce(success_time, updated_at)
        end as succeeded_at
    from renamed
),

judged as (
    select
        {{ judged('refunds') }},
        {{ new_status_of('youzan', 'refunds', 'platform_status') }} as new_status
    from dated
)

select * from judged
