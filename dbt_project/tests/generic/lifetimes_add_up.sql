{# Customers and orders without one together are the valid orders of the shop. #}
{% test lifetimes_add_up(model) %}
with

customers as (
    select
        shop_id,
        sum(order_count) as order_count,
        sum(lifetime_gmv) as gmv,
        sum(lifetime_net_sales) as net_sales
    from {{ model }}
    group by shop_id
),

shops as (
    select
        shop_id,
        sum(order_count - anonymous_order_count) as order_count,
        sum(identified_gmv) as gmv
    from {{ ref('agg_shop_sales_daily') }}
    where channel = 'all'
    group by shop_id
),

cohorts as (
    select
        shop_id,
        sum(net_sales_by_order) as net_sales
    from {{ ref('agg_cohort_retention_monthly') }}
    group by shop_id
)

select shops.shop_id
from shops
left join customers on shops.shop_id = customers.shop_id
left join cohorts on shops.shop_id = cohorts.shop_id
where
    shops.order_count <> coalesce(customers.order_count, 0)
    or abs(shops.gmv - customers.gmv) > 0.01
    or abs(cohorts.net_sales - customers.net_sales) > 0.01
{% endtest %}
