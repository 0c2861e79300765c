{#
    Runs of days cut at the ends of periods, as CTEs that end in `into`: one row per run
    and `period` (month_date or week_date) with `from_date`, `to_date` and `day_count`.
    They follow `runs`, `dates` and, where a build remakes touched units alone,
    `rebuilt`, whose column `since` names the first period to make.
#}
{% macro runs_within(period, since=none, into='days') -%}
    {%- set starts = {'month_date': month_of, 'week_date': week_of}[period] -%}
    {%- set is_partial = since and is_incremental() -%}
    periods as (
        select
            {{ period }},
            min(date_day) as first_day,
            max(date_day) as last_day
        from dates
        group by {{ period }}
    ),

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
            periods.{{ period }},
            greatest(placed_runs.first_date, periods.first_day) as from_date,
            least(placed_runs.last_date, periods.last_day) as to_date
        from placed_runs
        inner join periods
            on
                periods.{{ period }} between placed_runs.first_period
                and placed_runs.last_period
        where
            placed_runs.first_period < placed_runs.last_period
            {%- if is_partial %}
            and periods.{{ period }} >= placed_runs.made_from
            {%- endif %}
    ),

    {{ into }} as (
        select
            *,
            {{ dbt.datediff('from_date', 'to_date', 'day') }} + 1 as day_count
        from cut_runs
    )
{%- endmacro %}
