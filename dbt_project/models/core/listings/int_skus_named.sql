with

listings as (
    select * from {{ ref('int_listings_unioned') }}
),

order_lines as (
    select * from {{ ref('int_order_lines_unioned') }}
),

sightings as (
    select
        sku_id,
        listing_id,
        null as seller_sku,
        1 as rank_of_stream,
        max(load_seq) as load_seq
    from listings
    where sku_id is not null
    group by sku_id, listing_id
    union all
    select
        sku_id,
        listing_id,
        seller_sku,
        0 as rank_of_stream,
        max(load_seq) as load_seq
    from order_lines
    where sku_id is not null
    group by sku_id, listing_id, seller_sku
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
    from sightings
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
