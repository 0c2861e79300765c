with

source as (
    select * from {{ source('raw', 'shopify__order_lines') }}
),

renamed as (
    select
        -- keys
        'shopify' as platform_id,
        'shopify:' || record_key as line_id,
        'shopify:' || {{ payload('_source.parent_key') }} as order_id,
        -- a line typed in by hand has no product
        'shopify:' || coalesce(
            {{ payload('product.legacyResourceId') }},
            {{ payload('sku') }},
            {{ payload('title') }}
        ) as listing_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'shopify:' || {{ payload('variant.legacyResourceId') }} as sku_id,

        -- facts
        {{ payload('quantity', 'numeric') }} as quantity,
        {{ payload('originalTotalSet.shopMoney.amount', 'numeric') }} as list_total,
        {{ payload_sum(
            'discountAllocations[*]', 'allocatedAmountSet.shopMoney.amount'
        ) }} as line_discount_amount,
        coalesce(
            {{ payload('originalTotalSet.shopMoney.currencyCode') }},
            {{ payload('_source.currency') }}
        ) as currency,
        {{ payload('_source.parent_updated_at', 'timestamptz') }} as updated_at,
        {{ payload('sku') }} as seller_sku,
        {{ payload('title') }} as title,
        {{ payload('originalUnitPriceSet.shopMoney.amount', 'numeric') }} as unit_price,
        {{ unsaid('order_lines', ['is_gift', 'unit_cost_amount', 'refund_status']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

-- allocations hold every discount, those of the order too
charged as (
    select
        *,
        coalesce(list_total, unit_price * quantity) - line_discount_amount
            as line_paid_amount
    from renamed
),

judged as (
    select
        {{ judged('order_lines') }}
    from charged
)

select * from judged
