with

source as (
    select * from {{ source('raw', 'files__sku_classes') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('sku_id') }} as sku_id,
        {{ payload('listing_id') }} as listing_id,

        -- facts
        {{ payload('sku_class') }} as sku_class,
        {{ payload('valid_from', 'date') }} as valid_from,
        {{ payload('valid_to', 'date') }} as valid_to,

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
                'sku_id',
                'sku_class',
                'valid_from',
            ],
            accepted={
                'sku_class': ['A', 'B'],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
