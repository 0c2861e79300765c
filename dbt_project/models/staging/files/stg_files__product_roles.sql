with

source as (
    select * from {{ source('raw', 'files__product_roles') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('listing_id') }} as listing_id,

        -- facts
        {{ payload('role') }} as role,
        {{ payload('valid_from', 'date') }} as valid_from,
        {{ payload('valid_to', 'date') }} as valid_to,
        {{ payload('stage') }} as stage,
        {{ payload('stage_price', 'numeric') }} as stage_price,
        {{ payload('currency') }} as currency,

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
                'listing_id',
                'role',
                'valid_from',
            ],
            accepted={
                'role': ['traffic', 'profit', 'image', 'regular'],
                'stage': ['launch', 'mid', 'late'],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
