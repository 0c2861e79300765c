with

source as (
    select * from {{ source('raw', 'xiaohongshu__order_lines') }}
),

renamed as (
    select
        -- keys
        'xiaohongshu' as platform_id,
        'xiaohongshu:' || record_key as line_id,
        'xiaohongshu:' || {{ payload('_source.parent_key') }} as order_id,
        -- a listing is named in some versions only
        'xiaohongshu:' || coalesce({{ payload('itemId') }}, {{ payload('skuId') }})
            as listing_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'xiaohongshu:' || {{ payload('skuId') }} as sku_id,

        -- facts
        {{ payload('skuQuantity', 'numeric') }} as quantity,
        {{ payload_fen('totalPaidAmount') }} as line_paid_amount,
        'CNY' as currency,
        {{ payload_epoch('_source.parent_updated_at', 1000) }} as updated_at,
        {{ payload('erpcode') }} as seller_sku,
        {{ payload('skuName') }} as title,
        {{ payload_fen('skuDetailList[0].pricePerSku') }} as unit_price,
        coalesce({{ payload_fen('totalMerchantDiscount') }}, 0)
        + coalesce({{ payload_fen('totalRedDiscount') }}, 0) as line_discount_amount,
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
