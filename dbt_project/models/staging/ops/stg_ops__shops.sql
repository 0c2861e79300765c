with

source as (
    select * from {{ source('ops', 'shops') }}
),

renamed as (
    select
        shop_id,
        platform_id,
        name,
        owner_id,
        is_own,
        mode,
        time_zone,
        currency
    from source
)

select * from renamed
