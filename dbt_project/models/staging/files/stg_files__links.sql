with

source as (
    select * from {{ source('raw', 'files__links') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('link_id') }} as link_id,
        {{ platform_id_of('programme_id') }} as programme_id,
        {{ payload('shop_id') }} as shop_id,
        {{ payload('owner_ref') }} as owner_ref,

        -- facts
        {{ payload('stat_date', 'date') }} as stat_date,
        {{ payload('clicks', 'bigint') }} as clicks,
        {{ payload('distinct_clickers', 'bigint') }} as distinct_clickers,

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
                'link_id',
                'programme_id',
                'stat_date',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
