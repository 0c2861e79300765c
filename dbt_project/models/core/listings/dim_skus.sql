with

skus as (
    select * from {{ ref('int_skus_named') }}
),

sizes as (
    select * from {{ ref('int_pack_sizes') }}
),

described as (
    select
        skus.sku_id,
        skus.listing_id,
        skus.seller_sku,
        coalesce(of_sku.unit_size, of_listing.unit_size) as unit_size,
        coalesce(of_sku.unit_name, of_listing.unit_name) as unit_name
    from skus
    left join sizes as of_sku on skus.sku_id = of_sku.subject_id
    left join sizes as of_listing on skus.listing_id = of_listing.subject_id
)

select * from described
