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

days as (
    select * from {{ ref('int_shop_days_touched') }}
),

months as (
    select
        shop_id,
        {{ month_of('sales_date') }} as month_date
    from days
    group by shop_id, {{ month_of('sales_date') }}
),

orders as (
    select orders.*
    from {{ ref('fct_orders') }} as orders
    {% if only_touched() -%}
    inner join months
        on
            orders.shop_id = months.shop_id
            and orders.paid_date >= months.month_date
            and orders.paid_date
            < cast({{ dbt.dateadd('month', 1, 'months.month_date') }} as date)
    {%- endif %}
),

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
