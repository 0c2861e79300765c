{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={
        'model': 'int_sales_units_rebuilt', 'key': 'sales_unit_id',
        'date': 'week_date', 'from': 'rebuilt_week',
    },
    indexes=[{'columns': ['sales_unit_id', 'week_date'], 'unique': true}],
) }}

with

runs as (
    select * from {{ ref('int_sales_runs') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

counters as (
    select * from {{ ref('int_counter_readings') }}
    where counter_kind <> 'lifetime'
),

rebuilt as (
    select * from {{ ref('int_sales_units_rebuilt') }}
),

{{ runs_within('week_date', since='rebuilt_week') }},

rolling_readings as (
    select counters.*
    from counters
    {% if is_incremental() %}
    inner join rebuilt
        on
            counters.sales_unit_id = rebuilt.sales_unit_id
            and counters.closing_date >= rebuilt.rebuilt_week
    {% endif %}
),

{{ period_sales(['sales_unit_id', 'week_date']) }},

categories as (
    select
        sales_unit_id,
        week_date,
        max(platform_category_id) as platform_category_id
    from days
    group by sales_unit_id, week_date
),

sales as (
    select
        period_sales.*,
        categories.platform_category_id
    from period_sales
    left join categories
        on
            period_sales.sales_unit_id = categories.sales_unit_id
            and period_sales.week_date = categories.week_date
)

select * from sales
