with

source as (
    select * from {{ source('raw', 'pinduoduo__commissions') }}
),

renamed as (
    select
        -- keys
        'pinduoduo' as platform_id,
        'pinduoduo:' || record_key as entry_id,
        'pinduoduo:ddk' as programme_id,
        {{ payload('_source.payee_ref') }} as payee_ref,
        {{ payload('_source.shop_id') }} as shop_id,
        'pinduoduo:' || {{ payload('order_sn') }} as order_id,
        'pinduoduo:' || {{ payload('p_id') }} as link_id,

        -- facts: fen and per mille here, unlike the seller's orders
        {{ payload('order_status') }} as platform_status,
        {{ payload_fen('promotion_amount') }} as commission,
        'CNY' as currency,
        'own_sales' as basis,
        coalesce(
            {{ payload_epoch('order_settle_time') }},
            {{ payload_epoch('order_pay_time') }},
            {{ payload_epoch('order_create_time') }}
        ) as occurred_at,
        cast(1 as bigint) as depth,
        {{ payload('promotion_rate', 'numeric') }} * 0.001 as rate,

        -- where it came from
        {{ provenance() }}
    from source
),

-- what failed the audit was never earned
earned as (
    select
        *,
        {{ status_of('pinduoduo', 'commissions', 'platform_status', 'null') }}
            as status,
        case when platform_status in ('4', '10') then 0 else commission end as amount
    from renamed
),

judged as (
    select
        {{ judged('commissions') }},
        {{ new_status_of('pinduoduo', 'commissions', 'platform_status') }} as new_status
    from earned
)

select * from judged
