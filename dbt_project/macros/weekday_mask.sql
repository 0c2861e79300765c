{# Seven digits, Monday to Sunday: 1 where a group has a row of that weekday. #}
{% macro weekday_mask(weekday_no) -%}
    {%- for weekday in range(7) -%}
        max(case when {{ weekday_no }} = {{ weekday }} then '1' else '0' end)
        {{- ' || ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
