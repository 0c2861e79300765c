with

source as (
    select * from {{ source('raw', 'files__lead_keywords') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,

        -- facts
        {{ payload('category_id') }} as category_id,
        {{ payload('keyword') }} as keyword,
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
                'category_id',
                'keyword',
                'valid_from',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
