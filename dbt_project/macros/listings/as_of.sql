{# The instant of the run. #}
{% macro as_of() -%}
    {{ adapter.dispatch('as_of')() }}
{%- endmacro %}

{% macro default__as_of() -%}
    cast('{{ var("as_of") }}' as timestamp)
{%- endmacro %}

{% macro postgres__as_of() -%}
    cast('{{ var("as_of") }}' as timestamptz)
{%- endmacro %}
