{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'customer_id', 'purchase_date'],
    touched={
        'model': 'int_customer_refs_touched',
        'columns': ['customer_id'],
        'listed_as': ['customer_ref'],
    },
) }}

with

orders as (
    {{ touched_rows(
        'fct_orders', ['customer_id'],
        among='int_customer_refs_touched', listed_as=['customer_ref']
    ) }}
),

days as (
    select
        shop_id,
        customer_id,
        paid_date as purchase_date,
        row_number() over (
            partition by shop_id, customer_id order by paid_date
        ) as purchase_day_no,
        count(*) as order_count,
        sum(case when is_settled then 1 else 0 end) as settled_order_count,
        sum(paid_amount) as gmv,
        sum(net_sales_by_order) as net_sales_by_order,
        -- refunds are taken from goods before freight and tax
        sum(
            case
                when net_sales_by_order < freight_amount + tax_amount then 0
                else net_sales_by_order - freight_amount - tax_amount
            end
        ) as goods_value
    from orders
    where order_seq is not null
    group by shop_id, customer_id, paid_date
)

select * from days
