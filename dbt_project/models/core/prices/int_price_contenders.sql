with

matches as (
    select * from {{ ref('listing_matches') }}
    where is_usable
),

products as (
    select * from {{ ref('int_matched_products') }}
),

contenders as (
    select
        products.product_id,
        matches.rival_listing_id as listing_id,
        matches.rival_sku_id_or_all as sku_id_or_all,
        matches.valid_from,
        matches.valid_to
    from matches
    inner join products on matches.own_listing_id = products.own_listing_id
    union
    select
        products.product_id,
        matches.own_listing_id as listing_id,
        matches.own_sku_id_or_all as sku_id_or_all,
        matches.valid_from,
        matches.valid_to
    from matches
    inner join products on matches.own_listing_id = products.own_listing_id
)

select * from contenders
