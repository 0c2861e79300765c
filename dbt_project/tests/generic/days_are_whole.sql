{# Between the first and the last day of a shop and channel no day is missing. #}
{% test days_are_whole(model) %}
select
    shop_id,
    channel
from {{ model }}
group by shop_id, channel
having count(*) <> {{ dbt.datediff('min(sales_date)', 'max(sales_date)', 'day') }} + 1
{% endtest %}
