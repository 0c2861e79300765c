with

source as (
    select * from {{ source('raw', 'wechat_store__order_lines') }}
),

renamed as (
    select
        -- keys
        'wechat_store' as platform_id,
        'wechat_store:' || record_key as line_id,
        'wechat_store:' || {{ payload('_source.parent_key') }} as order_id,
        'wechat_store:' || {{ payload('product_id') }} as listing_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'wechat_store:' || {{ payload('sku_id') }} as sku_id,

        -- facts
        {{ payload('sku_cnt', 'numeric') }} as quantity,
        {{ payload_fen('real_price') }} as line_paid_amount,
        'CNY' as currency,
        {{ payload_epoch('_source.parent_updated_at') }} as updated_at,
        coalesce({{ payload('sku_code') }}, {{ payload('out_sku_id') }}) as seller_sku,
        {{ payload('title') }} as title,
        {{ payload_fen('sale_price') }} as unit_price,
        {{ payload_fen('sale_price') }} * {{ payload('sku_cnt', 'numeric') }}
        - {{ payload_fen('real_price') }} as line_discount_amount,
        {{ payload('is_free_gift', 'boolean') }} as is_gift,
        {{ unsaid('order_lines', ['unit_cost_amount', 'refund_status']) }},

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
