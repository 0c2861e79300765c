with

source as (
    select * from {{ source('raw', 'files__festivals') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,

        -- facts
        {{ payload('festival_id') }} as festival_id,
        {{ payload('first_date', 'date') }} as first_date,
        {{ payload('last_date', 'date') }} as last_date,
        {{ payload('name_zh') }} as name_zh,
        {{ payload('name_en') }} as name_en,
        {{ payload('festival_weight', 'numeric') }} as festival_weight,

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
                'festival_id',
                'first_date',
                'last_date',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
