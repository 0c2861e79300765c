with

matches as (
    select * from {{ ref('listing_matches') }}
    where is_usable
),

contenders as (
    select
        own_listing_id as product_id,
        rival_listing_id as listing_id,
        rival_sku_id_or_all as sku_id_or_all,
        valid_from,
        valid_to
    from matches
    union
    select
        own_listing_id as product_id,
        own_listing_id as listing_id,
        own_sku_id_or_all as sku_id_or_all,
        valid_from,
        valid_to
    from matches
)

select * from contenders
