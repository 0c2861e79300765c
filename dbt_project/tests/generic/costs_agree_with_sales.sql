{# Ads of a shop's day cost what its sales say they cost, where both are known. #}
{% test costs_agree_with_sales(model) %}
with

costs as (
    select
        shop_id,
        ad_date,
        case when count(cost_amount) = count(*) then sum(cost_amount) end as cost_amount
    from {{ model }}
    where ad_id = 'all'
    group by shop_id, ad_date
),

sales as (
    select * from {{ ref('shop_sales_daily') }}
    where channel = 'all'
)

select
    sales.shop_id,
    sales.sales_date
from sales
inner join costs on sales.shop_id = costs.shop_id and sales.sales_date = costs.ad_date
where abs(sales.ad_cost_amount - costs.cost_amount) > 0.01
{% endtest %}
