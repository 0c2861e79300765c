{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'channel', 'cohort_month_date', 'activity_month_date'],
    touched={
        'model': 'int_shop_days_touched',
        'columns': ['shop_id', 'activity_month_date'],
        'listed_as': ['shop_id', month_of('sales_date')],
    },
) }}

with

{{ orders_of_touched_months() }},

cohorts as (
    select
        shop_id,
        first_channel as channel,
        cohort_month_date,
        {{ month_of('paid_date') }} as activity_month_date,
        count(distinct customer_id) as active_customers,
        count(*) as order_count,
        sum(net_sales_by_order) as net_sales_by_order
    from orders
    where order_seq is not null
    group by
        shop_id, first_channel, cohort_month_date, {{ month_of('paid_date') }}
)

select * from cohorts
