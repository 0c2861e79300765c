{# Statistics for a table made whole; the server keeps a changed one's current. #}
{% macro analyze_when_full() -%}
    {%- if flags.FULL_REFRESH or config.get('materialized') == 'table' -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}
