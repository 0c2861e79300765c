{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'channel', 'entry', 'sales_date'],
    touched={
        'model': 'int_shop_days_touched',
        'columns': ['shop_id', 'sales_date'],
    },
) }}

with

days as (
    select * from {{ ref('int_shop_days_touched') }}
),

orders as (
    {{ touched_rows(
        'fct_orders',
        ['shop_id', 'paid_date'],
        within='days',
        listed_as=['shop_id', 'sales_date']
    ) }}
),

entered as (
    select
        shop_id,
        channel,
        coalesce(entry, 'unknown') as entry,
        paid_date as sales_date,
        customer_id,
        paid_amount
    from orders
    where is_valid
),

added as (
    select
        shop_id,
        coalesce(channel, 'all') as channel,
        entry,
        sales_date,
        count(*) as order_count,
        count(distinct customer_id)
        + sum(case when customer_id is null then 1 else 0 end) as buyers,
        sum(paid_amount) as gmv
    from entered
    group by grouping sets (
        (shop_id, channel, entry, sales_date), (shop_id, entry, sales_date)
    )
)

select * from added
