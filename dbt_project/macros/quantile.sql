{# The linear-interpolated quantile of a column over a group; nulls do not count. It is
   exact to 15 digits. #}
{% macro quantile(column, share) -%}
    {{ adapter.dispatch('quantile')(column, share) }}
{%- endmacro %}

{% macro default__quantile(column, share) -%}
    cast(percentile({{ column }}, {{ share }}) as {{ dbt.type_numeric() }})
{%- endmacro %}

{% macro postgres__quantile(column, share) -%}
    cast(percentile_cont({{ share }}) within group (order by {{ column }}) as numeric)
{%- endmacro %}
