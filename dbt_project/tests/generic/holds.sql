{# A condition is not false in any row; null passes. #}
{% test holds(model, condition, within=none) %}
select *
from {{ model }}
where not ({{ condition }}) {{ touched_only(within) }}
{% endtest %}
