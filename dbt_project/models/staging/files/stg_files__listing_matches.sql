with

source as (
    select * from {{ source('raw', 'files__listing_matches') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('own_listing_id') }} as own_listing_id,
        {{ payload('own_sku_id') }} as own_sku_id,
        {{ payload('rival_listing_id') }} as rival_listing_id,
        {{ payload('rival_sku_id') }} as rival_sku_id,

        -- facts
        {{ payload('valid_from', 'date') }} as valid_from,
        {{ payload('valid_to', 'date') }} as valid_to,
        {{ payload('is_match', 'boolean') }} as is_match,
        {{ payload('match_method') }} as match_method,
        {{ payload('confidence', 'numeric') }} as confidence,
        {{ payload('reviewed_by') }} as reviewed_by,

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
                'own_listing_id',
                'rival_listing_id',
                'valid_from',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
