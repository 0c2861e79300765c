{# The rows of the parts of a key (channels of a shop's day, listings of an activity)
   add up to its row 'all'. `has_unknown`: that row is null where a part is. #}
{% test channels_add_up(
    model, columns, keys=['shop_id', 'sales_date'], part='channel', has_unknown=false
) %}
select {{ keys | join(', ') }}
from {{ model }}
group by {{ keys | join(', ') }}
having
    {% for column in columns -%}
    abs(
        sum(case when {{ part }} = 'all' then {{ column }} else -{{ column }} end)
    ) > 0.01
    {% if has_unknown -%}
    and sum(case when {{ part }} = 'all' and {{ column }} is null then 1 else 0 end) = 0
    {%- endif %}
    and sum(case when {{ part }} = 'all' then 0 else 1 end) > 0
    {{ 'or' if not loop.last }}
    {% endfor %}
{% endtest %}
