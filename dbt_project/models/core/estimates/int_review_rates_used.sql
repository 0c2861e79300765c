-- depends_on: {{ ref('int_counter_segments') }}
{# A copy made when the estimates are built by it: see int_sales_units_rebuilt. #}
with

review_rates as (
    select * from {{ ref('agg_review_rates_monthly') }}
    where is_usable
),

used as (
    select
        platform_id,
        platform_category_id,
        month_date,
        review_rate
    from review_rates
)

select * from used
