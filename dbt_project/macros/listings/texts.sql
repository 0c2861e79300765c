{# The part of a text that matches a pattern (no groups that capture), else null. #}
{% macro first_match(value, pattern) -%}
    {{ adapter.dispatch('first_match')(value, pattern) }}
{%- endmacro %}

{% macro default__first_match(value, pattern) -%}
    nullif(regexp_extract({{ value }}, '{{ pattern | replace("\\", "\\\\") }}', 0), '')
{%- endmacro %}

{% macro postgres__first_match(value, pattern) -%}
    substring({{ value }} from '{{ pattern }}')
{%- endmacro %}

{# A text with every match of a pattern replaced. #}
{% macro replace_matches(value, pattern, replacement) -%}
    {{ adapter.dispatch('replace_matches')(value, pattern, replacement) }}
{%- endmacro %}

{% macro default__replace_matches(value, pattern, replacement) -%}
    regexp_replace(
        {{ value }}, '{{ pattern | replace("\\", "\\\\") }}', '{{ replacement }}'
    )
{%- endmacro %}

{% macro postgres__replace_matches(value, pattern, replacement) -%}
    regexp_replace({{ value }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{# A text as pages mean it: lower case, half-width digits, no blanks, no separators, nor
   the characters `besides`. #}
{% macro plain_text(value, besides='') -%}
    translate(
        lower({{ value }}),
        '０１２３４５６７８９＋．，, 　{{ besides }}' || {{ odd_blanks() }},
        '0123456789+.'
    )
{%- endmacro %}

{# No-break, thin and narrow no-break space, and tab. #}
{% macro odd_blanks() -%}
    '{{ "\u00a0\u2009\u202f\t" }}'
{%- endmacro %}
