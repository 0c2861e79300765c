{# Limits a test to what the build touched, unless it made everything. #}
{% macro touched_only(within) -%}
    {%- if within and not (flags.FULL_REFRESH and execute) -%}
        and ({{ within['columns'] | join(', ') }}) in (
            select {{ (within['listed_as'] or within['columns']) | join(', ') }}
            from {{ ref(within['model']) }}
        )
    {%- endif -%}
{%- endmacro %}
