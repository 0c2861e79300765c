{# The rows of a relation that the copy of the last build does not have, and the
   reverse; none where there is no copy, since then everything is built. #}
{% macro differences(relation, used) -%}
    {%- if used -%}
    (
        (select * from {{ relation }} except select * from {{ used }})
        union all
        (select * from {{ used }} except select * from {{ relation }})
    )
    {%- else -%}
    (select * from {{ relation }} where 1 = 0)
    {%- endif -%}
{%- endmacro %}
