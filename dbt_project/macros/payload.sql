{#
    A field of the JSON payload in a type of ours, null where it cannot be read as one:
    one bad value never stops a build. Dates and times must be ISO and times must carry
    their offset, so that words like 'now' and the session's time zone mean nothing; a
    number is finite. A field inside an object is named by its path: 'pay_info.payment',
    an entry of a list by its place: 'codes[0]'.
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
    {%- set value = payload_text(field) -%}
    {%- set forms = {
        'numeric': is_amount(value),
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

{# Whether a text may be cast to a number in PostgreSQL: finite, and small enough that
   no sum or product of such numbers is out of range. #}
{% macro is_amount(value) -%}
    ({{ value }}) not like '%n%'
    and ({{ value }}) not like '%N%'
    and ({{ value }}) not like '%e____%'
    and ({{ value }}) not like '%E____%'
    and length({{ value }}) < 1000
{%- endmacro %}

{# The text of a field in PostgreSQL, the field of an object by its path. #}
{% macro payload_text(field, of='payload') -%}
    {%- if '.' in field or '[' in field -%}
        {%- set place = field | replace('[', ',') | replace(']', '') -%}
        {{ of }} #>> '{{ '{' ~ place | replace('.', ',') ~ '}' }}'
    {%- else -%}
        {{ of }} ->> '{{ field }}'
    {%- endif -%}
{%- endmacro %}

{# An id as core knows it: the platform's own text behind the platform. #}
{% macro platform_id_of(field) -%}
    {{ payload('platform_id') }} || ':' || {{ payload(field) }}
{%- endmacro %}
