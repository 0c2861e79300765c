{# Channels of all owners sold in a month what their shops did. #}
{% test mix_agrees_with_sales(model) %}
with

mix as (
    select
        month_date,
        sum(gmv) as gmv
    from {{ model }}
    group by month_date
),

shops as (
    select * from {{ ref('dim_shops') }}
    where is_own
),

sales as (
    select
        {{ month_of('shop_sales.sales_date') }} as month_date,
        sum(shop_sales.gmv) as gmv
    from {{ ref('shop_sales_daily') }} as shop_sales
    inner join shops on shop_sales.shop_id = shops.shop_id
    where shop_sales.channel = 'all'
    group by {{ month_of('shop_sales.sales_date') }}
)

select sales.month_date
from sales
left join mix on sales.month_date = mix.month_date
where abs(sales.gmv - coalesce(mix.gmv, 0)) > 0.01
{% endtest %}
