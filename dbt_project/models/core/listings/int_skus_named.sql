with

sightings as (
    select * from {{ ref('int_listing_sightings') }}
),

sales as (
    select * from {{ ref('int_listing_sales') }}
),

mentions as (
    select
        sku_id,
        listing_id,
        null as seller_sku,
        1 as rank_of_stream,
        load_seq
    from sightings
    where sku_id is not null
    union all
    select
        sku_id,
        listing_id,
        seller_sku,
        0 as rank_of_stream,
        load_seq
    from sales
    where sku_id is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by sku_id
            order by
                case when seller_sku is null then 1 else 0 end asc,
                rank_of_stream asc,
                load_seq desc,
                listing_id asc,
                seller_sku asc
        ) as choice_no
    from mentions
),

named as (
    select
        sku_id,
        listing_id,
        seller_sku
    from ranked
    where choice_no = 1
)

select * from named
