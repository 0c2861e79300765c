{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'sales_date', 'listing_id'],
    touched={
        'model': 'int_shop_days_touched',
        'columns': ['shop_id', 'sales_date'],
    },
    indexes=[{'columns': ['listing_id', 'sales_date']}],
) }}

with

days as (
    select * from {{ ref('int_shop_days_touched') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where
        is_valid
        {% if only_touched() -%}
        and (shop_id, paid_date) in (select shop_id, sales_date from days)
        {%- endif %}
),

lines as (
    select * from {{ ref('fct_order_lines') }}
),

sold as (
    select
        orders.shop_id,
        orders.paid_date as sales_date,
        lines.listing_id,
        sum(lines.quantity) as units,
        sum(lines.line_paid_amount) as goods_sales,
        count(distinct lines.order_id) as order_count,
        count(distinct coalesce(orders.customer_id, lines.order_id)) as buyers
    from orders
    inner join lines on orders.order_id = lines.order_id
    where lines.listing_id <> 'unknown'
    group by orders.shop_id, orders.paid_date, lines.listing_id
)

select * from sold
