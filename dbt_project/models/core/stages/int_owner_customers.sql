{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['owner_id', 'customer_id'],
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

shops as (
    select * from {{ ref('dim_shops') }}
    where is_own
),

-- shops without an owner are owners of their own
placed as (
    select
        coalesce(shops.owner_id, shops.shop_id) as owner_id,
        orders.customer_id,
        orders.shop_id,
        orders.channel,
        orders.paid_date,
        row_number() over (
            partition by coalesce(shops.owner_id, shops.shop_id), orders.customer_id
            order by orders.paid_at, orders.order_id
        ) as order_no
    from orders
    inner join shops on orders.shop_id = shops.shop_id
    where orders.order_seq is not null
),

firsts as (
    select
        owner_id,
        customer_id,
        max(case when order_no = 1 then shop_id end) as first_shop_id,
        max(case when order_no = 1 then channel end) as first_channel,
        min(paid_date) as first_date,
        count(distinct paid_date) as purchase_day_count
    from placed
    group by owner_id, customer_id
)

select * from firsts
