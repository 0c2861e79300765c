with

source as (
    select * from {{ source('raw', 'youzan__order_lines') }}
),

renamed as (
    select
        -- keys
        'youzan' as platform_id,
        'youzan:' || {{ payload('oid') }} as line_id,
        'youzan:' || {{ payload('_source.parent_key') }} as order_id,
        'youzan:' || {{ payload('item_id') }} as listing_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'youzan:' || nullif({{ payload('sku_id') }}, '0') as sku_id,

        -- facts
        {{ payload('num', 'numeric') }} as quantity,
        {{ payload('payment', 'numeric') }} as line_paid_amount,
        'CNY' as currency,
        {{ payload_local_time('_source.parent_updated_at') }} as updated_at,
        coalesce({{ payload('outer_sku_id') }}, {{ payload('outer_item_id') }})
            as seller_sku,
        {{ payload('title') }} as title,
        {{ payload('price', 'numeric') }} as unit_price,
        {{ payload('price', 'numeric') }} * {{ payload('num', 'numeric') }}
        - {{ payload('payment', 'numeric') }} as line_discount_amount,
        {{ payload('is_present', 'boolean') }} as is_gift,
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
