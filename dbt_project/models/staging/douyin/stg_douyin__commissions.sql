with

source as (
    select * from {{ source('raw', 'douyin__commissions') }}
),

renamed as (
    select
        -- keys
        'douyin' as platform_id,
        'douyin:' || record_key as entry_id,
        'douyin:buyin' as programme_id,
        {{ payload('_source.payee_ref') }} as payee_ref,
        {{ payload('_source.shop_id') }} as shop_id,
        'douyin:' || {{ payload('order_id') }} as order_id,
        'douyin:' || {{ payload('pid') }} as link_id,

        -- facts
        {{ payload('flow_point') }} as platform_status,
        {{ payload_fen('real_commission') }} as settled_amount,
        {{ payload_fen('estimated_commission') }} as expected_amount,
        'CNY' as currency,
        'own_sales' as basis,
        coalesce(
            {{ payload_local_time('settle_time') }},
            {{ payload_local_time('pay_success_time') }},
            {{ payload_local_time('update_time') }}
        ) as occurred_at,
        cast(1 as bigint) as depth,
        -- parts of ten thousand
        {{ payload('commission_rate', 'numeric') }} * 0.0001 as rate,

        -- where it came from
        {{ provenance() }}
    from source
),

earned as (
    select
        *,
        {{ status_of('douyin', 'commissions', 'platform_status', 'null') }} as status,
        case platform_status
            when 'REFUND' then 0
            when 'SETTLE' then settled_amount
            else expected_amount
        end as amount
    from renamed
),

judged as (
    select
        {{ judged('commissions') }},
        {{ new_status_of('douyin', 'commissions', 'platform_status') }} as new_status
    from earned
)

select * from judged
