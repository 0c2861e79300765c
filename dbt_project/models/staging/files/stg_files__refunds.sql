with

source as (
    select * from {{ source('raw', 'files__refunds') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('refund_id') }} as refund_id,
        {{ platform_id_of('order_id') }} as order_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('line_id') }} as line_id,

        -- facts
        {{ payload('status') }} as status,
        {{ payload('refund_amount', 'numeric') }} as refund_amount,
        {{ payload('currency') }} as currency,
        {{ payload('updated_at', 'timestamptz') }} as updated_at,
        {{ payload('quantity', 'numeric') }} as quantity,
        {{ payload('applied_at', 'timestamptz') }} as applied_at,
        {{ payload('succeeded_at', 'timestamptz') }} as succeeded_at,
        {{ payload('reason') }} as reason,
        {{ payload('kind') }} as kind,

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
                'refund_id',
                'order_id',
                'status',
                'refund_amount',
                'currency',
                'updated_at',
            ],
            accepted={
                'status': ['applied', 'succeeded', 'refused', 'closed'],
                'kind': ['refund_only', 'return', 'exchange'],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
