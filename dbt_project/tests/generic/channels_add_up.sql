{# The rows of the channels of a shop's day add up to its row 'all'. #}
{% test channels_add_up(model, columns) %}
select
    shop_id,
    sales_date
from {{ model }}
group by shop_id, sales_date
having
    {% for column in columns -%}
    abs(
        sum(case when channel = 'all' then {{ column }} else -{{ column }} end)
    ) > 0.01
    and sum(case when channel = 'all' then 0 else 1 end) > 0
    {{ 'or' if not loop.last }}
    {% endfor %}
{% endtest %}
