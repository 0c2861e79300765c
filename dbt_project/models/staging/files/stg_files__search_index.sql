with

source as (
    select * from {{ source('raw', 'files__search_index') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,

        -- facts
        {{ payload('keyword') }} as keyword,
        {{ payload('index_date', 'date') }} as index_date,
        {{ payload('index_value', 'numeric') }} as index_value,
        {{ payload('popularity_value', 'numeric') }} as popularity_value,
        {{ payload('index_version') }} as index_version,
        {{ payload('category_id') }} as category_id,

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
                'keyword',
                'index_date',
                'index_value',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
