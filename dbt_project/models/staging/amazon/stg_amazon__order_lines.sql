with

source as (
    select * from {{ source('raw', 'amazon__order_lines') }}
),

-- a pending order has no prices yet
renamed as (
    select
        -- keys
        'amazon' as platform_id,
        'amazon:'
        || coalesce({{ payload('orderItemId') }}, {{ payload('OrderItemId') }})
            as line_id,
        'amazon:' || {{ payload('_source.parent_key') }} as order_id,
        'amazon:' || coalesce({{ payload('product.asin') }}, {{ payload('ASIN') }})
            as listing_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'amazon:' || coalesce({{ payload('product.asin') }}, {{ payload('ASIN') }})
            as sku_id,

        -- facts
        coalesce(
            {{ payload('quantityOrdered', 'numeric') }},
            {{ payload('QuantityOrdered', 'numeric') }}
        ) as quantity,
        {{ payload_sum(
            'proceeds.breakdowns[*]', 'subtotal.amount', key='type', among=['ITEM']
        ) }}
        - {{ payload_sum(
            'proceeds.breakdowns[*]',
            'subtotal.amount',
            key='type',
            among=['DISCOUNT'],
            absolute=true,
        ) }}
        -- of v0: the price of all pieces
        + coalesce({{ payload('ItemPrice.Amount', 'numeric') }}, 0)
        - abs(coalesce({{ payload('PromotionDiscount.Amount', 'numeric') }}, 0))
            as line_paid_amount,
        coalesce(
            {{ payload('proceeds.proceedsTotal.currencyCode') }},
            {{ payload('product.price.unitPrice.currencyCode') }},
            {{ payload('ItemPrice.CurrencyCode') }},
            {{ payload('_source.currency') }}
        ) as currency,
        {{ payload('_source.parent_updated_at', 'timestamptz') }} as updated_at,
        coalesce({{ payload('product.sellerSku') }}, {{ payload('SellerSKU') }})
            as seller_sku,
        coalesce({{ payload('product.title') }}, {{ payload('Title') }}) as title,
        {{ payload('product.price.unitPrice.amount', 'numeric') }} as unit_price,
        {{ payload_sum(
            'proceeds.breakdowns[*]',
            'subtotal.amount',
            key='type',
            among=['DISCOUNT'],
            absolute=true,
        ) }}
        + abs(coalesce({{ payload('PromotionDiscount.Amount', 'numeric') }}, 0))
            as line_discount_amount,
        {{ unsaid('order_lines', ['is_gift', 'unit_cost_amount', 'refund_status']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

judged as (
    select
        {{ judged('order_lines') }}
    from renamed
)

select * from judged
