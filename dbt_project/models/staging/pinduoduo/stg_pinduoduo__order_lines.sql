with

source as (
    select * from {{ source('raw', 'pinduoduo__order_lines') }}
),

renamed as (
    select
        -- keys
        'pinduoduo' as platform_id,
        'pinduoduo:' || record_key as line_id,
        'pinduoduo:' || {{ payload('_source.parent_key') }} as order_id,
        'pinduoduo:' || {{ payload('goods_id') }} as listing_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'pinduoduo:' || {{ payload('sku_id') }} as sku_id,

        -- facts
        {{ payload('goods_count', 'numeric') }} as quantity,
        -- discounts stand on the order alone: core shares them out
        round(
            {{ payload('goods_price', 'numeric') }}
            * {{ payload('goods_count', 'numeric') }},
            2
        ) as line_paid_amount,
        'CNY' as currency,
        {{ payload_local_time('_source.parent_updated_at') }} as updated_at,
        coalesce({{ payload('outer_id') }}, {{ payload('outer_goods_id') }})
            as seller_sku,
        {{ payload('goods_name') }} as title,
        round({{ payload('goods_price', 'numeric') }}, 2) as unit_price,
        {{ unsaid('order_lines', [
            'line_discount_amount', 'is_gift', 'unit_cost_amount', 'refund_status',
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
