with

source as (
    select * from {{ source('raw', 'taobao__commissions') }}
),

renamed as (
    select
        -- keys
        'taobao' as platform_id,
        'taobao:' || record_key as entry_id,
        'taobao:tbk' as programme_id,
        {{ payload('_source.payee_ref') }} as payee_ref,
        {{ payload('_source.shop_id') }} as shop_id,
        'taobao:' || {{ payload('trade_parent_id') }} as order_id,
        'taobao:' || {{ payload('adzone_id') }} as link_id,

        -- facts
        {{ payload('tk_status') }} as platform_status,
        {{ payload('pub_share_fee', 'numeric') }} as settled_amount,
        {{ payload('pub_share_pre_fee', 'numeric') }} as expected_amount,
        'CNY' as currency,
        'own_sales' as basis,
        coalesce(
            {{ payload_local_time('tk_earning_time') }},
            {{ payload_local_time('tk_paid_time') }},
            {{ payload_local_time('tb_paid_time') }},
            {{ payload_local_time('tk_create_time') }}
        ) as occurred_at,
        cast(1 as bigint) as depth,
        -- percent
        {{ payload('pub_share_rate', 'numeric') }}
        * {{ payload('income_rate', 'numeric') }} * 0.0001 as rate,

        -- where it came from
        {{ provenance() }}
    from source
),

-- what was closed was never earned
earned as (
    select
        *,
        {{ status_of('taobao', 'commissions', 'platform_status', 'null') }} as status,
        case
            when platform_status = '13' then 0
            when platform_status = '3' then settled_amount
            else coalesce(expected_amount, settled_amount)
        end as amount
    from renamed
),

judged as (
    select
        {{ judged('commissions') }},
        {{ new_status_of('taobao', 'commissions', 'platform_status') }} as new_status
    from earned
)

select * from judged
