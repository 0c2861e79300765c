with

source as (
    select * from {{ source('ops', 'loads') }}
),

renamed as (
    select
        load_id,
        version,
        stream_id,
        source as source_name,
        run,
        status,
        load_seq,
        sha256,
        got_from,
        got_to
    from source
    -- a load without a number was never read by core
    where load_seq is not null
)

select * from renamed
