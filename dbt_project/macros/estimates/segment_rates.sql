{#
    Units a day between two moments of an episode, by the rules of 4.3 in order:
    between two knots their difference; beyond the outermost knots the rate next
    to them, held to what the envelope allows; without two knots the rate of the
    whole episode. Times are counted in half days. A null left or right is the end
    of the episode.
#}
{% macro segment_rate(left, right) -%}
    case
        when {{ left }}_value is not null and {{ right }}_value is not null
            then
                2 * ({{ right }}_value - {{ left }}_value)
                / ({{ right }}_time - {{ left }}_time)
        when knot_total < 2 then episode_rate
        when {{ left }}_value is null
            then
                least(
                    greatest(head_rate, 2 * ({{ right }}_value - first_hi)
                    / ({{ right }}_time - first_time)),
                    2 * ({{ right }}_value - first_lo)
                    / ({{ right }}_time - first_time)
                )
        else
            least(
                greatest(tail_rate, 2 * (last_lo - {{ left }}_value)
                / (last_time - {{ left }}_time)),
                2 * (last_hi - {{ left }}_value) / (last_time - {{ left }}_time)
            )
    end
{%- endmacro %}

{# What a segment rests on. #}
{% macro segment_basis(left, right) -%}
    case
        when is_long_gap then 'long_gap'
        when {{ left }}_value is not null and {{ right }}_value is not null
            then
                case
                    when {{ left }}_is_exact and {{ right }}_is_exact then 'exact'
                    else 'crossing'
                end
        when knot_total < 2 then episode_basis
        else 'extrapolated'
    end
{%- endmacro %}

{# What is known of the knots up to the row that a build begins at. #}
{% macro carried(column, otherwise='null') -%}
    case
        when
            standing.closing_date = rebuilt.restart_date
            and standing.date_before is not null
            then standing.{{ column }}
        else {{ otherwise | lower }}
    end as {{ column }}
{%- endmacro %}
