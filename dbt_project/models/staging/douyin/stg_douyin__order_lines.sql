with

source as (
    select * from {{ source('raw', 'douyin__order_lines') }}
),

renamed as (
    select
        -- keys
        'douyin' as platform_id,
        'douyin:' || {{ payload('order_id') }} as line_id,
        'douyin:' || {{ payload('_source.parent_key') }} as order_id,
        'douyin:'
        || coalesce({{ payload('product_id_str') }}, {{ payload('product_id') }})
            as listing_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'douyin:' || {{ payload('sku_id') }} as sku_id,

        -- facts: origin_amount is the price of a piece
        {{ payload('item_num', 'numeric') }} as quantity,
        {{ payload_fen('sum_amount') }}
        - coalesce({{ payload_fen('promotion_amount') }}, 0) as line_paid_amount,
        'CNY' as currency,
        {{ payload_epoch('_source.parent_updated_at') }} as updated_at,
        coalesce({{ payload('code') }}, {{ payload('out_sku_id') }}) as seller_sku,
        {{ payload('product_name') }} as title,
        {{ payload_fen('origin_amount') }} as unit_price,
        {{ payload_fen('promotion_amount') }} as line_discount_amount,
        {{ payload('given_product_type') }} = 'FREE' as is_gift,
        {{ payload('after_sale_info.after_sale_status') }} as refund_status,
        {{ unsaid('order_lines', ['unit_cost_amount']) }},

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
