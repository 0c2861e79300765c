with

source as (
    select * from {{ source('raw', 'douyin__refunds') }}
),

-- the amount holds the freight that goes back
renamed as (
    select
        -- keys
        'douyin' as platform_id,
        'douyin:' || {{ payload('aftersale_info.aftersale_id') }} as refund_id,
        'douyin:' || {{ payload('order_info.shop_order_id') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'douyin:' || coalesce(
            {{ payload('order_info.related_order_info[0].sku_order_id') }},
            {{ payload('aftersale_info.related_id') }}
        ) as line_id,

        -- facts
        {{ payload('aftersale_info.aftersale_status') }} as platform_status,
        {{ payload_fen('aftersale_info.refund_amount') }} as refund_amount,
        'CNY' as currency,
        {{ payload_epoch('aftersale_info.update_time') }} as updated_at,
        {{ payload_epoch('aftersale_info.apply_time') }} as applied_at,
        {{ payload('aftersale_info.aftersale_num', 'numeric') }} as quantity,
        {{ payload('text_part.reason_text') }} as reason,
        case {{ payload('aftersale_info.aftersale_type') }}
            when '0' then 'return'
            when '1' then 'refund_only'
            when '2' then 'refund_only'
            when '3' then 'exchange'
            when '6' then 'refund_only'
            when '7' then 'exchange'
        end as kind,

        -- where it came from
        {{ provenance() }}
    from source
),

dated as (
    select
        *,
        {{ status_of('douyin', 'refunds', 'platform_status', "'applied'") }} as status,
        case when platform_status = '12' then updated_at end as succeeded_at
    from renamed
),

judged as (
    select
        {{ judged('refunds') }},
        {{ new_status_of('douyin', 'refunds', 'platform_status') }} as new_status
    from dated
)

select * from judged
