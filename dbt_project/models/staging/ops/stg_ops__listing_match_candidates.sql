with

source as (
    select * from {{ source('ops', 'listing_match_candidates') }}
),

renamed as (
    select
        own_listing_id,
        rival_listing_id,
        probability,
        grade,
        match_method,
        run
    from source
)

select * from renamed
