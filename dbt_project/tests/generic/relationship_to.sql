{# Every value of the column that is not null is a key of another model. #}
{% test relationship_to(model, column_name, to, field, within=none) %}
select child.{{ column_name }}
from (
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} is not null {{ touched_only(within) }}
    group by {{ column_name }}
) as child
left join {{ to }} as parent on child.{{ column_name }} = parent.{{ field }}
where parent.{{ field }} is null
{% endtest %}
