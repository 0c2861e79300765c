{#
    Why a row of staging is not read further, null where nothing is wrong with it: the
    first required field that is missing, else the first field with an unknown value.
    `one_of` holds lists of fields of which at least one must be there.
#}
{% macro reject_reason(required, accepted={}, one_of=[]) -%}
    case
    {%- for field in required %}
            when {{ field }} is null then 'missing_{{ field }}'
    {%- endfor %}
    {%- for fields in one_of %}
            when coalesce({{ fields | join(', ') }}) is null
                then 'missing_{{ fields[0] }}'
    {%- endfor %}
    {%- for field, values in accepted.items() %}
            when {{ field }} not in ('{{ values | join("', '") }}')
                then 'unknown_{{ field }}'
    {%- endfor %}
        end
{%- endmacro %}
