{# The column sums to one over every group. #}
{% test sums_to_one(model, column, by) %}
select {{ by | join(', ') }}
from {{ model }}
group by {{ by | join(', ') }}
having abs(sum({{ column }}) - 1) > 0.000001
{% endtest %}
