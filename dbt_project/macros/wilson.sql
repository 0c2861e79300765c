{# A bound of the 95 % interval of a share of successes among trials (Wilson 1927); null
   without trials, and where successes outnumber them. `side` is -1 or 1. #}
{% macro wilson_bound(successes, trials, side) -%}
    {%- set share = "cast(" ~ successes ~ " as numeric) / " ~ trials -%}
    {%- set z = 1.959963984540054 -%}
    case
        {% if side < 0 -%}
        when {{ trials }} > 0 and {{ successes }} = 0 then 0
        {%- else -%}
        when {{ trials }} > 0 and {{ successes }} = {{ trials }} then 1
        {%- endif %}
        when {{ trials }} > 0 and {{ successes }} between 0 and {{ trials }}
            then (
                {{ share }} + {{ z * z }} / (2 * {{ trials }})
                {{ '-' if side < 0 else '+' }} {{ z }} * sqrt(
                    ({{ share }} * (1 - {{ share }})
                    + {{ z * z }} / (4 * {{ trials }})) / {{ trials }}
                )
            ) / (1 + {{ z * z }} / {{ trials }})
    end
{%- endmacro %}
