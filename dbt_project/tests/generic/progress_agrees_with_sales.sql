{# What was reached of a plan for the gross sales of a shop is what the shop sold. #}
{% test progress_agrees_with_sales(model) %}
with

sales as (
    select * from {{ ref('shop_sales_daily') }}
)

select
    progress.shop_id,
    progress.period_start_date,
    progress.plan_date
from {{ model }} as progress
inner join sales
    on
        progress.shop_id = sales.shop_id
        and progress.channel = sales.channel
        and sales.sales_date between progress.period_start_date and progress.plan_date
where progress.metric_id = 'gmv' and progress.listing_id = 'all'
group by
    progress.shop_id,
    progress.channel,
    progress.period_kind,
    progress.period_start_date,
    progress.plan_date
having abs(sum(sales.gmv) - max(progress.actual_to_date)) > 0.01
{% endtest %}
