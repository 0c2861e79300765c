{#
    A field of the JSON payload in a type of ours, null where it cannot be read as one:
    one bad value never stops a build. Dates and times must be ISO and times must carry
    their offset, so that words like 'now' and the session's time zone mean nothing; a
    number is finite.
#}
{% macro payload(field, type='text') -%}
    {{ adapter.dispatch('payload')(field, type) }}
{%- endmacro %}

{% macro default__payload(field, type) -%}
    {%- set value = "get_json_object(payload, '$." ~ field ~ "')" -%}
    {%- if type == 'text' -%}
        nullif({{ value }}, '')
    {%- elif type == 'timestamptz' -%}
        try_cast({{ value }} as timestamp)
    {%- elif type == 'numeric' -%}
        try_cast({{ value }} as decimal(38, 12))
    {%- else -%}
        try_cast({{ value }} as {{ type }})
    {%- endif -%}
{%- endmacro %}

{% macro postgres__payload(field, type) -%}
    {%- set value = "payload ->> '" ~ field ~ "'" -%}
    {%- set forms = {
        'numeric': value ~ " not like '%n%' and " ~ value ~ " not like '%N%'",
        'bigint': value ~ " is not null",
        'date': value ~ " like '____-__-__'",
        'timestamptz':
            value ~ " like '____-__-__T%+__:__'"
            ~ " or " ~ value ~ " like '____-__-__T%Z'"
            ~ " or " ~ value ~ " like '____-__-__T%-__:__'",
        'boolean': value ~ " in ('true', 'false')",
    } -%}
    {%- if type == 'text' -%}
        nullif({{ value }}, '')
    {%- else -%}
        case
            when ({{ forms[type] }})
                and pg_input_is_valid({{ value }}, '{{ type }}')
                then cast({{ value }} as {{ type }})
        end
    {%- endif -%}
{%- endmacro %}

{# An id as core knows it: the platform's own text behind the platform. #}
{% macro platform_id_of(field) -%}
    {{ payload('platform_id') }} || ':' || {{ payload(field) }}
{%- endmacro %}
