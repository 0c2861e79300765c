with

source as (
    select * from {{ source('raw', 'files__shops') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('shop_id') }} as shop_id,

        -- facts
        {{ payload('name') }} as name,
        {{ payload('is_self_run', 'boolean') }} as is_self_run,
        {{ payload('rating', 'numeric') }} as rating,
        {{ payload('followers', 'bigint') }} as followers,
        {{ payload('updated_at', 'timestamptz') }} as updated_at,

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
                'shop_id',
                'name',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
