with

source as (
    select * from {{ source('raw', 'woocommerce__refunds') }}
),

-- the refund itself has a date and a positive amount; what its order says of it has
-- neither, and then the date is not known
renamed as (
    select
        -- keys
        'woocommerce' as platform_id,
        'woocommerce:' || {{ payload('id') }} as refund_id,
        'woocommerce:' || {{ payload('_source.parent_key') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,

        -- facts
        'succeeded' as status,
        abs(
            coalesce(
                {{ payload('amount', 'numeric') }}, {{ payload('total', 'numeric') }}
            )
        ) as refund_amount,
        {{ payload('_source.currency') }} as currency,
        coalesce(
            {{ payload_local_time('date_created_gmt', '+00:00') }},
            {{ payload_local_time('_source.parent_updated_at', '+00:00') }}
        ) as updated_at,
        {{ payload_local_time('date_created_gmt', '+00:00') }} as applied_at,
        {{ payload_local_time('date_created_gmt', '+00:00') }} as succeeded_at,
        nullif({{ payload_sum('line_items[*]', 'quantity', absolute=true) }}, 0)
            as quantity,
        {{ payload('reason') }} as reason,
        {{ unsaid('refunds', ['line_id', 'kind']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

judged as (
    select
        {{ judged('refunds') }}
    from renamed
)

select * from judged
