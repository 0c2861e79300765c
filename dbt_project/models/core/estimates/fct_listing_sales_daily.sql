{# A view: what is alike stands once in int_sales_runs. #}
{{ config(materialized='view') }}

with

runs as (
    select * from {{ ref('int_sales_runs') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

days as (
    select
        runs.*,
        runs.first_date as sales_date
    from runs
    where runs.first_date = runs.last_date
    union all
    select
        runs.*,
        dates.date_day as sales_date
    from runs
    inner join dates on dates.date_day between runs.first_date and runs.last_date
    where runs.first_date < runs.last_date
),

sales as (
    select
        sales_unit_id,
        sales_date,
        platform_id,
        platform_category_id,
        units_lo,
        units_est,
        units_hi,
        price_lo,
        price_est,
        price_hi,
        units_lo * price_lo as gmv_lo,
        units_est * price_est as gmv_est,
        units_hi * price_hi as gmv_hi,
        episode_no,
        level_lo_before,
        level_hi_before,
        level_lo,
        level_hi,
        window_days,
        sales_basis,
        is_open_ended,
        is_est_clipped,
        is_contradicted
    from days
)

select * from sales
