{# Lines, freight and tax of an order are what was paid for it, to the last digit. #}
{% test lines_add_up(model) %}
{%- set within = {'model': 'int_orders_touched', 'columns': ['order_id']} %}
with

lines as (
    select
        order_id,
        sum(line_paid_amount_original) as goods_paid
    from {{ model }}
    where 1 = 1 {{ touched_only(within) }}
    group by order_id
),

orders as (
    select * from {{ ref('int_orders_resolved') }}
    where 1 = 1 {{ touched_only(within) }}
)

select orders.order_id
from orders
left join lines on orders.order_id = lines.order_id
where
    lines.goods_paid is null
    or lines.goods_paid + orders.freight_amount_original + orders.tax_amount_original
    <> orders.paid_amount_original
{% endtest %}
