{# The sales of the five classes of orders are the gross sales of the month. #}
{% test stages_agree_with_sales(model) %}
with

sales as (
    select
        shop_id,
        {{ month_of('sales_date') }} as month_date,
        sum(gmv) as gmv
    from {{ ref('shop_sales_daily') }}
    where channel = 'all'
    group by shop_id, {{ month_of('sales_date') }}
)

select
    stages.shop_id,
    stages.month_date
from {{ model }} as stages
inner join sales
    on stages.shop_id = sales.shop_id and stages.month_date = sales.month_date
where
    abs(
        stages.first_organic_gmv
        + stages.first_referred_gmv
        + stages.repeat_own_gmv
        + stages.repeat_of_referred_gmv
        + stages.anonymous_gmv
        - sales.gmv
    ) > 0.01
{% endtest %}
