with

source as (
    select * from {{ source('ops', 'touched_keys') }}
),

renamed as (
    select
        stream,
        load_id,
        record_key,
        entity_key,
        parent_key,
        touched_seq
    from source
)

select * from renamed
