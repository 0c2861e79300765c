{# The holders of stock that are places of ours, as a list for `in`. #}
{% macro own_places() -%}
    'company', 'warehouse', 'store'
{%- endmacro %}
