{# All cohorts and ages together are the net sales of the shop's known customers. #}
{% test cohorts_add_up(model) %}
with

cohorts as (
    select
        shop_id,
        sum(net_sales_by_order) as net_sales
    from {{ model }}
    where channel = 'all'
    group by shop_id
),

activity as (
    select
        shop_id,
        sum(net_sales_by_order) as net_sales
    from {{ ref('agg_cohort_retention_monthly') }}
    group by shop_id
)

select activity.shop_id
from activity
inner join cohorts on activity.shop_id = cohorts.shop_id
where abs(activity.net_sales - cohorts.net_sales) > 0.01
{% endtest %}
