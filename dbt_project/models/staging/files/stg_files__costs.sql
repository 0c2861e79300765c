with

source as (
    select * from {{ source('raw', 'files__costs') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('sku_id') }} as sku_id,
        {{ payload('listing_id') }} as listing_id,

        -- facts
        {{ payload('seller_sku') }} as seller_sku,
        {{ payload('valid_from', 'date') }} as valid_from,
        {{ payload('valid_to', 'date') }} as valid_to,
        {{ payload('unit_cost_amount', 'numeric') }} as unit_cost_amount,
        {{ payload('unit_cost_lo', 'numeric') }} as unit_cost_lo,
        {{ payload('unit_cost_hi', 'numeric') }} as unit_cost_hi,
        {{ payload('currency') }} as currency,
        {{ payload('basis') }} as basis,
        {{ payload('freight_unit_amount', 'numeric') }} as freight_unit_amount,
        {{ payload('unit_size', 'numeric') }} as unit_size,
        {{ payload('unit_name') }} as unit_name,
        {{ payload('lead_time_days', 'bigint') }} as lead_time_days,

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
                'valid_from',
                'unit_cost_amount',
                'currency',
            ],
            one_of=[['sku_id', 'listing_id', 'seller_sku']],
        ) }} as reject_reason
    from renamed
)

select * from judged
