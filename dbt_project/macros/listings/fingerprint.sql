{# One text of several columns, different wherever one of them differs. #}
{% macro fingerprint(columns) -%}
    {%- for column in columns -%}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), '')
        {{- " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
