{# The shop a crawler saw: its key where the registry stated one, else the platform's
   own text behind the platform. #}
{% macro crawled_shop(field) -%}
    case
        when {{ payload(field) }} like {{ payload('platform_id') }} || ':%'
            then {{ payload(field) }}
        else {{ platform_id_of(field) }}
    end
{%- endmacro %}
