{#
    Which of our listings are one product: those with a rival (SKU) matched to each of
    them, directly or by way of another. The smallest id of them names the product.
#}
with recursive

matches as (
    select * from {{ ref('listing_matches') }}
    where is_usable
),

linked as (
    select
        matches.own_listing_id,
        others.own_listing_id as other_listing_id
    from matches
    inner join matches as others
        on
            matches.rival_listing_id = others.rival_listing_id
            and matches.rival_sku_id_or_all = others.rival_sku_id_or_all
    group by matches.own_listing_id, others.own_listing_id
),

-- each name travels only to larger ones, so the smallest reaches all of its product
named as (
    select
        own_listing_id,
        own_listing_id as product_id
    from linked
    union
    select
        linked.other_listing_id as own_listing_id,
        named.product_id
    from named
    inner join linked on named.own_listing_id = linked.own_listing_id
    where linked.other_listing_id > named.product_id
),

products as (
    select
        own_listing_id,
        min(product_id) as product_id
    from named
    group by own_listing_id
)

select * from products
