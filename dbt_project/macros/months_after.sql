{# A date some months later; dateadd gives a time. #}
{% macro months_after(day, months) -%}
    cast({{ dbt.dateadd('month', months, day) }} as date)
{%- endmacro %}
