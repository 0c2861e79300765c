with

source as (
    select * from {{ source('raw', 'youzan__commissions') }}
),

renamed as (
    select
        -- keys
        'youzan' as platform_id,
        'youzan:' || record_key as entry_id,
        'youzan:salesman' as programme_id,
        {{ payload('_source.payee_ref') }} as payee_ref,
        {{ payload('_source.shop_id') }} as shop_id,
        'youzan:' || {{ payload('order_no') }} as order_id,
        'youzan:' || {{ payload('seller') }} as link_id,

        -- facts: one row of the platform pays the salesman and who invited him
        {{ payload('settle_state') }} as platform_status,
        coalesce(
            {{ payload('_source.amount', 'numeric') }},
            {{ payload('cps_money', 'numeric') }}
        ) as amount,
        'CNY' as currency,
        coalesce({{ payload('_source.basis') }}, 'own_sales') as basis,
        coalesce(
            {{ payload_local_time('settled_at') }},
            {{ payload_local_time('created_at') }}
        ) as occurred_at,
        coalesce({{ payload('_source.depth', 'bigint') }}, 1) as depth,
        {{ unsaid('commissions', ['rate']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

settled as (
    select
        *,
        {{ status_of('youzan', 'commissions', 'platform_status', 'null') }} as status
    from renamed
),

judged as (
    select
        {{ judged('commissions') }},
        {{ new_status_of('youzan', 'commissions', 'platform_status') }} as new_status
    from settled
)

select * from judged
