with

source as (
    select * from {{ source('raw', 'taobao__order_lines') }}
),

renamed as (
    select
        -- keys
        'taobao' as platform_id,
        'taobao:' || coalesce({{ payload('oid_str') }}, {{ payload('oid') }})
            as line_id,
        'taobao:' || {{ payload('_source.parent_key') }} as order_id,
        'taobao:' || {{ payload('num_iid') }} as listing_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'taobao:' || {{ payload('sku_id') }} as sku_id,

        -- facts
        {{ payload('num', 'numeric') }} as quantity,
        -- `payment` of a line leaves out its share of what the order takes off
        coalesce(
            {{ payload('divide_order_fee', 'numeric') }},
            {{ payload('payment', 'numeric') }}
            - coalesce({{ payload('part_mjz_discount', 'numeric') }}, 0)
        ) as line_paid_amount,
        'CNY' as currency,
        {{ payload_local_time('_source.parent_updated_at') }} as updated_at,
        coalesce({{ payload('outer_sku_id') }}, {{ payload('outer_iid') }})
            as seller_sku,
        {{ payload('title') }} as title,
        {{ payload('price', 'numeric') }} as unit_price,
        coalesce({{ payload('discount_fee', 'numeric') }}, 0)
        + coalesce({{ payload('part_mjz_discount', 'numeric') }}, 0)
            as line_discount_amount,
        {{ payload('refund_status') }} as refund_status,
        {{ unsaid('order_lines', ['is_gift', 'unit_cost_amount']) }},

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
