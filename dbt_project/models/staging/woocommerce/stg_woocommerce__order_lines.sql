with

source as (
    select * from {{ source('raw', 'woocommerce__order_lines') }}
),

-- without tax, which stands on the order
renamed as (
    select
        -- keys
        'woocommerce' as platform_id,
        'woocommerce:' || record_key as line_id,
        'woocommerce:' || {{ payload('_source.parent_key') }} as order_id,
        -- a product that was deleted is 0
        'woocommerce:' || coalesce(
            nullif({{ payload('product_id') }}, '0'),
            {{ payload('sku') }},
            {{ payload('name') }}
        ) as listing_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'woocommerce:' || nullif({{ payload('variation_id') }}, '0') as sku_id,

        -- facts
        {{ payload('quantity', 'numeric') }} as quantity,
        {{ payload('total', 'numeric') }} as line_paid_amount,
        {{ payload('_source.currency') }} as currency,
        {{ payload_local_time('_source.parent_updated_at', '+00:00') }} as updated_at,
        {{ payload('sku') }} as seller_sku,
        {{ payload('name') }} as title,
        {{ payload('subtotal', 'numeric') }}
        / nullif({{ payload('quantity', 'numeric') }}, 0) as unit_price,
        {{ payload('subtotal', 'numeric') }} - {{ payload('total', 'numeric') }}
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
