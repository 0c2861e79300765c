{#
    Instants as platforms write them, null where they cannot be read or mean none:
    0, an empty text, and the first second of the years 1 and 1970.
#}

{# A local time without its zone, `2026-11-22 10:58:03` or with a T, at an offset. #}
{% macro payload_local_time(field, offset='+08:00') -%}
    {{ adapter.dispatch('payload_local_time')(field, offset) }}
{%- endmacro %}

{% macro default__payload_local_time(field, offset) -%}
    {%- set value = "get_json_object(payload, '$." ~ field ~ "')" -%}
    case
        when
            {{ value }} like '____-__-_____:__:__'
            and {{ value }} not like '0001-01-01%'
            and {{ value }} not like '1970-01-01%'
            then try_cast({{ value }} || '{{ offset }}' as timestamp)
    end
{%- endmacro %}

{% macro postgres__payload_local_time(field, offset) -%}
    {%- set value = payload_text(field) -%}
    nullif(
        nullif(
            case
                when
                    {{ value }} like '____-__-_____:__:__'
                    and pg_input_is_valid(
                        ({{ value }}) || '{{ offset }}', 'timestamptz'
                    )
                    then cast(({{ value }}) || '{{ offset }}' as timestamptz)
            end,
            cast('0001-01-01 00:00:00{{ offset }}' as timestamptz)
        ),
        cast('1970-01-01 00:00:00{{ offset }}' as timestamptz)
    )
{%- endmacro %}

{# A count of seconds since 1970, or of milliseconds. #}
{% macro payload_epoch(field, per_second=1) -%}
    {{ adapter.dispatch('payload_epoch')(field, per_second) }}
{%- endmacro %}

{% macro default__payload_epoch(field, per_second) -%}
    {%- set value = "get_json_object(payload, '$." ~ field ~ "')" -%}
    case
        when
            try_cast({{ value }} as bigint)
            between 1 and 99999999999 * {{ per_second }}
            then timestamp_millis(
                cast({{ value }} as bigint) * {{ 1000 // per_second }}
            )
    end
{%- endmacro %}

{% macro postgres__payload_epoch(field, per_second) -%}
    {%- set value = payload_text(field) -%}
    case
        when not pg_input_is_valid({{ value }}, 'bigint') then null
        when
            cast({{ value }} as bigint) between 1 and 99999999999 * {{ per_second }}
            then to_timestamp(cast({{ value }} as bigint) / {{ per_second }}.0)
    end
{%- endmacro %}
