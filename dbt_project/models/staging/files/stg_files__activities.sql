with

source as (
    select * from {{ source('raw', 'files__activities') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('activity_id') }} as activity_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('listing_id') }} as listing_id,

        -- facts
        {{ payload('kind') }} as kind,
        {{ payload('name') }} as name,
        {{ payload('starts_at', 'timestamptz') }} as starts_at,
        {{ payload('ends_at', 'timestamptz') }} as ends_at,
        {{ payload('valid_from', 'date') }} as valid_from,

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
                'activity_id',
                'kind',
                'starts_at',
                'ends_at',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
