with

source as (
    select * from {{ source('raw', 'files__category_map') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('platform_category_id') }} as platform_category_id,

        -- facts
        {{ payload('category_id') }} as category_id,
        {{ payload('valid_from', 'date') }} as valid_from,
        {{ payload('valid_to', 'date') }} as valid_to,
        {{ payload('weight', 'numeric') }} as weight,
        {{ payload('confidence', 'numeric') }} as confidence,
        {{ payload('parent_category_id') }} as parent_category_id,
        {{ payload('category_name_zh') }} as category_name_zh,
        {{ payload('category_name_en') }} as category_name_en,

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
                'platform_category_id',
                'category_id',
                'valid_from',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
