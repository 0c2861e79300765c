with

source as (
    select * from {{ source('raw', 'shopify__refunds') }}
),

renamed as (
    select
        -- keys
        'shopify' as platform_id,
        'shopify:' || {{ payload('legacyResourceId') }} as refund_id,
        'shopify:' || {{ payload('_source.parent_key') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,

        -- facts
        {{ payload('transactions.nodes[0].status') }} as platform_status,
        {{ payload('totalRefundedSet.shopMoney.amount', 'numeric') }} as refund_amount,
        coalesce(
            {{ payload('totalRefundedSet.shopMoney.currencyCode') }},
            {{ payload('_source.currency') }}
        ) as currency,
        coalesce(
            {{ payload('updatedAt', 'timestamptz') }},
            {{ payload('createdAt', 'timestamptz') }}
        ) as updated_at,
        {{ payload('createdAt', 'timestamptz') }} as applied_at,
        nullif({{ payload_sum('refundLineItems.nodes[*]', 'quantity') }}, 0)
            as quantity,
        {{ payload('note') }} as reason,
        {{ unsaid('refunds', ['line_id', 'kind']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

-- the total holds only what was paid back
dated as (
    select
        *,
        case
            when refund_amount > 0 or platform_status is null then 'succeeded'
            else {{ status_of('shopify', 'refunds', 'platform_status', "'applied'") }}
        end as status,
        case
            when refund_amount > 0 or coalesce(platform_status, 'SUCCESS') = 'SUCCESS'
                then applied_at
        end as succeeded_at
    from renamed
),

judged as (
    select
        {{ judged('refunds') }},
        {{ new_status_of('shopify', 'refunds', 'platform_status') }} as new_status
    from dated
)

select * from judged
