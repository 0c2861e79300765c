{# A yes or no as 1 or 0, to be counted; null stays null. #}
{% macro flag_of(column) -%}
    case when {{ column }} then 1 when not {{ column }} then 0 end
{%- endmacro %}
