{# The columns of a list, each with the name of its relation. #}
{% macro traits_of(relation, traits) -%}
    {%- for trait in traits -%}
        {{ relation }}.{{ trait }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
