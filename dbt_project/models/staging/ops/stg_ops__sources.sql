with

source as (
    select * from {{ source('ops', 'sources') }}
),

renamed as (
    select
        source as source_name,
        stream_id,
        platform_id,
        shop_id,
        stream_kind,
        sla_hours,
        since
    from source
)

select * from renamed
