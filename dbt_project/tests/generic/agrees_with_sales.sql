{# The gross sales of a shop, channel and day, added up here, are those of its sales:
   where `only` holds, rows of one channel and day are summed. #}
{% test agrees_with_sales(model, only='1 = 1') %}
with

parts as (
    select
        shop_id,
        channel,
        sales_date,
        sum(gmv) as gmv
    from {{ model }}
    where {{ only }}
    group by shop_id, channel, sales_date
),

sales as (
    select * from {{ ref('shop_sales_daily') }}
)

select
    sales.shop_id,
    sales.channel,
    sales.sales_date
from sales
left join parts
    on
        sales.shop_id = parts.shop_id
        and sales.channel = parts.channel
        and sales.sales_date = parts.sales_date
where parts.shop_id is null or abs(sales.gmv - parts.gmv) > 0.01
{% endtest %}
