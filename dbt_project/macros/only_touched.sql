{# Whether a model makes the touched keys alone. True while the project is parsed, so
   that dbt sees what is named under this condition. #}
{% macro only_touched() -%}
    {{ return(is_incremental() or not execute) }}
{%- endmacro %}
