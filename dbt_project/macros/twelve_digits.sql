{# A figure of floating point as a number, less the noise of its last digits. #}
{% macro twelve_digits(figure) -%}
    round(cast({{ figure }} as numeric), 12)
{%- endmacro %}
