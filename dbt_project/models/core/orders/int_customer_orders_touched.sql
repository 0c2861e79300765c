{#- The orders whose place among those of their customer may be another now, besides the
    touched ones themselves. -#}

with

orders as (
    select * from {{ ref('int_orders_resolved') }}
),

orders_touched as (
    select * from {{ ref('int_orders_touched') }}
),

refs as (
    select * from {{ ref('int_customer_refs_touched') }}
),

touched as (
    select order_id from orders_touched
    union
    select orders.order_id
    from orders
    inner join refs on orders.buyer_ref = refs.customer_ref
)

select * from touched
