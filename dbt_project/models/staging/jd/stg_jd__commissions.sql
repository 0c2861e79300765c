with

source as (
    select * from {{ source('raw', 'jd__commissions') }}
),

renamed as (
    select
        -- keys
        'jd' as platform_id,
        'jd:' || record_key as entry_id,
        'jd:union' as programme_id,
        {{ payload('_source.payee_ref') }} as payee_ref,
        {{ payload('_source.shop_id') }} as shop_id,
        'jd:' || {{ payload('orderId') }} as order_id,
        'jd:' || {{ payload('positionId') }} as link_id,

        -- facts
        {{ payload('validCode') }} as platform_status,
        -- the day of the payment, 0 before it
        nullif({{ payload('payMonth') }}, '0') as paid_out_on,
        {{ payload('actualFee', 'numeric') }} as actual_fee,
        {{ payload('estimateFee', 'numeric') }} as estimated_fee,
        'CNY' as currency,
        'own_sales' as basis,
        coalesce(
            {{ payload_local_time('finishTime') }},
            {{ payload_local_time('orderTime') }}
        ) as occurred_at,
        cast(1 as bigint) as depth,
        -- percent
        {{ payload('finalRate', 'numeric') }}
        * {{ payload('commissionRate', 'numeric') }} * 0.0001 as rate,

        -- where it came from
        {{ provenance() }}
    from source
),

-- what became invalid was never earned; a finished order is paid out later
earned as (
    select
        *,
        case
            when platform_status = '17' and paid_out_on is not null then 'settled'
            else {{ status_of('jd', 'commissions', 'platform_status', 'null') }}
        end as status
    from renamed
),

counted as (
    select
        *,
        case
            when status = 'reversed' then 0
            when platform_status = '17' then actual_fee
            else estimated_fee
        end as amount
    from earned
),

judged as (
    select
        {{ judged('commissions') }},
        {{ new_status_of('jd', 'commissions', 'platform_status') }} as new_status
    from counted
)

select * from judged
