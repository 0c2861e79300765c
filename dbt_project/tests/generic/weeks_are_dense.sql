{# Every week from the first of a category to its last has its row. #}
{% test weeks_are_dense(model) %}
select
    platform_id,
    category_id
from {{ model }}
group by platform_id, category_id
having
    count(*) <> 1 + {{ dbt.datediff('min(week_date)', 'max(week_date)', 'day') }} / 7
{% endtest %}
