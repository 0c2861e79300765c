{# The goods sales of the SKUs of a listing are those of the listing. #}
{% test skus_add_up(model) %}
with

skus as (
    select
        shop_id,
        listing_id,
        sum(goods_sales) as goods_sales
    from {{ model }}
    group by shop_id, listing_id
),

listings as (
    select
        shop_id,
        listing_id,
        sum(goods_sales) as goods_sales
    from {{ ref('agg_listing_orders_daily') }}
    where sku_id_or_all = 'all'
    group by shop_id, listing_id
)

select skus.listing_id
from skus
inner join listings
    on skus.shop_id = listings.shop_id and skus.listing_id = listings.listing_id
where abs(skus.goods_sales - listings.goods_sales) > 0.01
{% endtest %}
