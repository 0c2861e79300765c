{# No two rows share the columns. `within`: {model, columns} limits the test to the keys
   that a build touched; what it did not touch was tested before. #}
{% test unique_combination(model, columns, within=none) %}
select {{ columns | join(', ') }}
from {{ model }}
where 1 = 1 {{ touched_only(within) }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
