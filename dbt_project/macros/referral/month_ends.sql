{# The last days of the months of a programme, up to that of the run, with the instant
   at which each ends, as CTEs that end in `month_ends`. Wants the CTE `programmes`. #}
{% macro month_ends_of_programmes() -%}
    months as (
        select
            month_date,
            max(date_day) as as_of_date
        from {{ ref('dim_date') }}
        group by month_date
    ),

    month_ends as (
        select
            programmes.programme_id,
            programmes.platform_id,
            programmes.time_zone,
            months.month_date,
            months.as_of_date,
            {{ local_midnight(
                days_after('months.as_of_date', 1), 'programmes.time_zone'
            ) }} as ends_at
        from programmes
        inner join months
            on
                months.month_date >= {{ month_of(local_date(
                    'programmes.first_seen_at', 'programmes.time_zone'
                )) }}
                and months.month_date <= {{ month_of(
                    run_date('programmes.time_zone')
                ) }}
    )
{%- endmacro %}

{# Whether a row with valid_from and valid_to, half-open, holds just before a moment. #}
{% macro holds_at(instant, rows) -%}
    {{ rows }}.valid_from < {{ instant }}
    and ({{ rows }}.valid_to is null or {{ rows }}.valid_to >= {{ instant }})
{%- endmacro %}
