with

source as (
    select * from {{ source('ops', 'load_windows') }}
),

renamed as (
    select
        load_id,
        got_from,
        got_to
    from source
)

select * from renamed
