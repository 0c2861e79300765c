{# The business date of the run in a time zone. #}
{% macro run_date(time_zone) -%}
    {{ local_date("cast('" ~ var('as_of') ~ "' as timestamptz)", time_zone) }}
{%- endmacro %}
