with

source as (
    select * from {{ source('raw', 'pinduoduo__group_buys') }}
),

renamed as (
    select
        -- keys; no buyer is named
        'pinduoduo' as platform_id,
        'pinduoduo:' || {{ payload('group_order_id') }} as group_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'pinduoduo:' || {{ payload('goods_id') }} as listing_id,
        'pinduoduo:' || {{ payload('order_sn') }} as order_id,

        -- facts
        {{ payload('_source.event') }} as event,
        case {{ payload('_source.event') }}
            when 'filled' then {{ payload_local_time('confirm_time') }}
            when 'expired' then {{ payload_local_time('updated_at') }}
            else coalesce(
                {{ payload_local_time('pay_time') }},
                {{ payload_local_time('created_time') }}
            )
        end as occurred_at,
        round({{ payload('goods_price', 'numeric') }}, 2) as group_price,
        'CNY' as currency,
        {{ unsaid('group_buys', [
            'campaign_id', 'member_ref', 'size_needed', 'is_new_buyer', 'single_price',
        ]) }},

        -- where it came from
        {{ provenance() }}
    from source
),

judged as (
    select
        {{ judged('group_buys') }}
    from renamed
)

select * from judged
