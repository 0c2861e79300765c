{# What is paid back on an order is no more than was paid for it. #}
{% test refunds_within_paid(model) %}
with

refunds as (
    select
        order_id,
        sum(refund_amount_original) as refunded
    from {{ model }}
    where
        is_succeeded
        and not is_order_unknown
        {{ touched_only({
            'model': 'int_orders_touched',
            'columns': ['stated_order_id'],
            'listed_as': ['order_id'],
        }) }}
    group by order_id
),

orders as (
    select * from {{ ref('fct_orders') }}
)

select refunds.order_id
from refunds
inner join orders on refunds.order_id = orders.order_id
where refunds.refunded > orders.paid_amount_original + 0.005
{% endtest %}
