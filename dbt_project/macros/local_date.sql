{# The business date of an instant in a time zone. #}
{% macro local_date(instant, time_zone) -%}
    {{ adapter.dispatch('local_date')(instant, time_zone) }}
{%- endmacro %}

{% macro default__local_date(instant, time_zone) -%}
    to_date(from_utc_timestamp({{ instant }}, {{ time_zone }}))
{%- endmacro %}

{% macro postgres__local_date(instant, time_zone) -%}
    cast({{ instant }} at time zone {{ time_zone }} as date)
{%- endmacro %}

{# The instant at which a business date begins. #}
{% macro local_midnight(day, time_zone) -%}
    {{ adapter.dispatch('local_midnight')(day, time_zone) }}
{%- endmacro %}

{% macro default__local_midnight(day, time_zone) -%}
    to_utc_timestamp(cast({{ day }} as timestamp), {{ time_zone }})
{%- endmacro %}

{% macro postgres__local_midnight(day, time_zone) -%}
    cast({{ day }} as timestamp) at time zone {{ time_zone }}
{%- endmacro %}

{# A date some days later; dateadd gives a time. #}
{% macro days_after(day, days) -%}
    cast({{ dbt.dateadd('day', days, day) }} as date)
{%- endmacro %}

{# The first day of a month, the Monday of a week. #}
{% macro month_of(day) -%}
    cast({{ dbt.date_trunc('month', day) }} as date)
{%- endmacro %}

{% macro week_of(day) -%}
    cast({{ dbt.date_trunc('week', day) }} as date)
{%- endmacro %}

{# Seconds since 1970 of an instant, exact. #}
{% macro epoch_seconds(instant) -%}
    {{ adapter.dispatch('epoch_seconds')(instant) }}
{%- endmacro %}

{% macro default__epoch_seconds(instant) -%}
    unix_timestamp({{ instant }})
{%- endmacro %}

{% macro postgres__epoch_seconds(instant) -%}
    extract(epoch from {{ instant }})
{%- endmacro %}
