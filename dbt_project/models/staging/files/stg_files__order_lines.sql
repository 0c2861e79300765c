with

source as (
    select * from {{ source('raw', 'files__order_lines') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('line_id') }} as line_id,
        {{ platform_id_of('order_id') }} as order_id,
        {{ platform_id_of('listing_id') }} as listing_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('sku_id') }} as sku_id,

        -- facts
        {{ payload('quantity', 'numeric') }} as quantity,
        {{ payload('line_paid_amount', 'numeric') }} as line_paid_amount,
        {{ payload('currency') }} as currency,
        {{ payload('updated_at', 'timestamptz') }} as updated_at,
        {{ payload('seller_sku') }} as seller_sku,
        {{ payload('title') }} as title,
        {{ payload('unit_price', 'numeric') }} as unit_price,
        {{ payload('line_discount_amount', 'numeric') }} as line_discount_amount,
        {{ payload('is_gift', 'boolean') }} as is_gift,
        {{ payload('unit_cost_amount', 'numeric') }} as unit_cost_amount,
        {{ payload('refund_status') }} as refund_status,

        -- where it came from
        load_id,
        record_key,
        observed_at,
        source_ref
    from source
),

judged as (
    select
        *,
        {{ reject_reason(
            required=[
                'platform_id',
                'line_id',
                'order_id',
                'listing_id',
                'quantity',
                'line_paid_amount',
                'currency',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
