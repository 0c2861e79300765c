with

source as (
    select * from {{ source('raw', 'jd__order_lines') }}
),

renamed as (
    select
        -- keys
        'jd' as platform_id,
        'jd:' || record_key as line_id,
        'jd:' || {{ payload('_source.parent_key') }} as order_id,
        'jd:' || coalesce({{ payload('wareId') }}, {{ payload('skuId') }})
            as listing_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'jd:' || {{ payload('skuId') }} as sku_id,

        -- facts: itemTotal is the quantity, discounts stand on the order alone
        {{ payload('itemTotal', 'numeric') }} as quantity,
        {{ payload('jdPrice', 'numeric') }} * {{ payload('itemTotal', 'numeric') }}
            as line_paid_amount,
        'CNY' as currency,
        {{ payload_local_time('_source.parent_updated_at') }} as updated_at,
        coalesce({{ payload('outerSkuId') }}, {{ payload('productNo') }}) as seller_sku,
        {{ payload('skuName') }} as title,
        {{ payload('jdPrice', 'numeric') }} as unit_price,
        {{ payload('jdPrice', 'numeric') }} = 0 as is_gift,
        {{ unsaid('order_lines', [
            'line_discount_amount', 'unit_cost_amount', 'refund_status',
        ]) }},

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
