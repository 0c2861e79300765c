{% set before = grown('int_listing_sales', 'order_lines') %}
with

decided as (
    select * from {{ ref('int_loads_decided') }}
),

order_lines as (
    select * from {{ ref('int_order_lines_unioned') }}
    {{ only_new_loads(before, 'order_lines') }}
),

sold as (
    select
        listing_id,
        sku_id,
        seller_sku,
        platform_id,
        max(shop_id) as shop_id,
        max(title) as title,
        max(load_seq) as load_seq
    from order_lines
    group by listing_id, sku_id, seller_sku, platform_id
    {% if before %}
    union all
    select * from {{ before }}
    {% endif %}
),

sales as (
    select
        listing_id,
        sku_id,
        seller_sku,
        platform_id,
        max(shop_id) as shop_id,
        max(title) as title,
        max(load_seq) as load_seq
    from sold
    group by listing_id, sku_id, seller_sku, platform_id
)

select * from sales
