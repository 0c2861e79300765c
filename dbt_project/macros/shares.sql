{# The part of a column in its sum over a window; null where that is not above zero or
   a part of it is not known. #}
{% macro share_of_positive(column, over) -%}
    case
        when
            sum({{ column }}) over {{ over }} > 0
            and count({{ column }}) over {{ over }} = count(*) over {{ over }}
            then cast({{ column }} as numeric) / sum({{ column }}) over {{ over }}
    end
{%- endmacro %}
