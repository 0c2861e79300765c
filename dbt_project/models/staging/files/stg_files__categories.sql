with

source as (
    select * from {{ source('raw', 'files__categories') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('platform_category_id') }} as platform_category_id,
        {{ platform_id_of('parent_id') }} as parent_id,

        -- facts
        {{ payload('name') }} as name,
        {{ payload('observed_at', 'timestamptz') }} as observed_at,
        {{ payload('level', 'bigint') }} as level,
        {{ payload('listing_count', 'bigint') }} as listing_count,

        -- where it came from
        load_id,
        record_key,
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
                'name',
                'observed_at',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
