{#
    Runs of days cut at the ends of periods, as CTEs that end in `into`: one row per run
    and `period` (month_date or week_date) with `from_date`, `to_date` and `day_count`.
    They follow `runs`, `dates` and, where a build remakes touched units alone,
    `rebuilt`, whose column `since` names the first period to make.
#}
{% macro runs_within(period, since=none, into='days') -%}
    {%- set starts = {'month_date': month_of, 'week_date': week_of}[period] -%}
    {%- set next_period = {
        'month_date': dbt.dateadd('month', 1, 'dates.date_day'),
        'week_date': dbt.dateadd('day', 7, 'dates.date_day'),
    }[period] -%}
    {%- set is_start = {
        'month_date': 'dates.date_day = dates.month_date',
        'week_date': 'dates.day_of_week = 1',
    }[period] -%}
    {%- set is_partial = since and is_incremental() -%}
    placed_runs as (
        select
            runs.*,
            {{ starts('runs.first_date') }} as first_period,
            {{ starts('runs.last_date') }} as last_period
            {%- if is_partial %},
            rebuilt.{{ since }} as made_from
            {%- endif %}
        from runs
        {%- if is_partial %}
        inner join rebuilt
            on
                runs.sales_unit_id = rebuilt.sales_unit_id
                and runs.last_date >= rebuilt.{{ since }}
        {%- endif %}
    ),

    cut_runs as (
        select
            *,
            first_period as {{ period }},
            first_date as from_date,
            last_date as to_date
        from placed_runs
        where first_period = last_period
        union all
        select
            placed_runs.*,
            dates.date_day as {{ period }},
            greatest(placed_runs.first_date, dates.date_day) as from_date,
            least(
                placed_runs.last_date, {{ days_after(next_period, -1) }}
            ) as to_date
        from placed_runs
        inner join dates
            on
                dates.date_day between placed_runs.first_period
                and placed_runs.last_period
        where
            placed_runs.first_period < placed_runs.last_period
            and {{ is_start }}
            {%- if is_partial %}
            and dates.date_day >= placed_runs.made_from
            {%- endif %}
    ),

    {{ into }} as (
        select
            *,
            {{ dbt.datediff('from_date', 'to_date', 'day') }} + 1 as day_count
        from cut_runs
    )
{%- endmacro %}
