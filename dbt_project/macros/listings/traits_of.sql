{# The columns of a list, each with the name of its relation. #}
{% macro traits_of(relation, traits) -%}
    {%- for trait in traits -%}
        {{ relation }}.{{ trait }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Whether two relations agree in every column of a list. #}
{% macro same_traits(relation, other, traits) -%}
    {%- for trait in traits -%}
        {{ relation }}.{{ trait }} = {{ other }}.{{ trait }}
        {{- ' and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
