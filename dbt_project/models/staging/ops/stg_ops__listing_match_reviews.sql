with

source as (
    select * from {{ source('ops', 'listing_match_reviews') }}
),

renamed as (
    select
        review_id,
        own_listing_id,
        own_sku_id,
        rival_listing_id,
        rival_sku_id,
        is_match,
        confidence,
        match_method,
        reviewed_by,
        decided_at,
        origin,
        note
    from source
)

select * from renamed
