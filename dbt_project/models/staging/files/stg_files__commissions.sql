with

source as (
    select * from {{ source('raw', 'files__commissions') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('entry_id') }} as entry_id,
        {{ platform_id_of('programme_id') }} as programme_id,
        {{ payload('payee_ref') }} as payee_ref,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('order_id') }} as order_id,
        {{ platform_id_of('link_id') }} as link_id,

        -- facts
        {{ payload('amount', 'numeric') }} as amount,
        {{ payload('currency') }} as currency,
        {{ payload('basis') }} as basis,
        {{ payload('occurred_at', 'timestamptz') }} as occurred_at,
        {{ payload('depth', 'bigint') }} as depth,
        {{ payload('rate', 'numeric') }} as rate,
        {{ payload('status') }} as status,

        -- where it came from
        load_id,
        record_key,
        observed_at,
        source_ref
    from source
),

judged as (
    select
        *,
        {{ reject_reason(
            required=[
                'platform_id',
                'entry_id',
                'programme_id',
                'payee_ref',
                'amount',
                'currency',
                'basis',
                'occurred_at',
            ],
            accepted={
                'basis': [
                    'own_sales',
                    'downline_sales',
                    'headcount',
                    'entry_fee',
                    'stock_order',
                ],
                'status': ['pending', 'settled', 'reversed', 'disputed'],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
