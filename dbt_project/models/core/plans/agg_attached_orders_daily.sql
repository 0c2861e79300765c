{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'listing_id', 'sales_date'],
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

lines as (
    select * from {{ ref('fct_order_lines') }}
),

listings_of_orders as (
    select
        orders.order_id,
        orders.shop_id,
        orders.paid_date as sales_date,
        lines.listing_id
    from orders
    inner join lines on orders.order_id = lines.order_id
    where orders.is_valid and not lines.is_gift
    group by orders.order_id, orders.shop_id, orders.paid_date, lines.listing_id
),

counted as (
    select
        *,
        count(*) over (partition by order_id) as listing_count
    from listings_of_orders
),

added as (
    select
        shop_id,
        listing_id,
        sales_date,
        count(*) as order_count,
        sum(case when listing_count > 1 then 1 else 0 end) as attached_order_count
    from counted
    group by shop_id, listing_id, sales_date
)

select * from added
