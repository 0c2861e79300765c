{#- Advertising and charges of a shop name no customer, so they are left out. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'customer_id', 'sales_date'],
    touched={
        'model': 'int_shop_days_touched',
        'columns': ['shop_id', 'sales_date'],
    },
) }}

with

days as (
    select * from {{ ref('int_shop_days_touched') }}
),

touched_orders as (
    {{ touched_rows(
        'fct_orders',
        ['shop_id', 'paid_date'],
        within='days',
        listed_as=['shop_id', 'sales_date']
    ) }}
),

fees as (
    {{ touched_rows('fct_fees', ['shop_id', 'sales_date'], within='days') }}
),

commissions as (
    {{ touched_rows('fct_commissions', ['shop_id', 'sales_date'], within='days') }}
),

refunds_of_lines as (
    select * from {{ ref('fct_refunds') }}
    where is_succeeded and kind = 'return' and line_id is not null
),

lines as (
    select * from {{ ref('fct_order_lines') }}
),

costs as (
    select * from {{ ref('int_costs') }}
),

valid_orders as (
    select * from touched_orders
    where order_seq is not null
),

{{ costed_goods_steps() }},

goods_of_orders as (
    select
        order_id,
        sum(kept_quantity * known_unit_cost_amount) as cost_of_goods_amount,
        sum(freight_cost_amount) as freight_cost_amount,
        count(*) = count(quantity * known_unit_cost_amount) as is_costed
    from costed_goods
    group by order_id
),

-- the list of charges on an order says more than the sum the order itself names
fees_of_orders as (
    select
        order_id,
        sum(amount) as fee_amount,
        count(case when kind <> 'freight' then kind end) > 0 as has_platform_fees
    from fees
    where order_id is not null
    group by order_id
),

commissions_of_orders as (
    select
        order_id,
        sum(amount) as commission_amount
    from commissions
    where order_id is not null and status <> 'disputed'
    group by order_id
),

earned as (
    select
        valid_orders.shop_id,
        valid_orders.customer_id,
        valid_orders.paid_date as sales_date,
        coalesce(goods_of_orders.is_costed, false) as is_costed,
        valid_orders.net_sales_by_order
        + coalesce(valid_orders.platform_discount_amount, 0)
        - coalesce(goods_of_orders.cost_of_goods_amount, 0)
        - coalesce(goods_of_orders.freight_cost_amount, 0)
        - case
            when fees_of_orders.has_platform_fees then 0
            else coalesce(valid_orders.platform_fee_amount, 0)
        end
        - coalesce(fees_of_orders.fee_amount, 0)
        - coalesce(commissions_of_orders.commission_amount, 0) as profit
    from valid_orders
    left join goods_of_orders on valid_orders.order_id = goods_of_orders.order_id
    left join fees_of_orders on valid_orders.order_id = fees_of_orders.order_id
    left join commissions_of_orders
        on valid_orders.order_id = commissions_of_orders.order_id
),

added as (
    select
        shop_id,
        customer_id,
        sales_date,
        sum(profit) as profit,
        sum(case when is_costed then 0 else 1 end) as uncosted_order_count
    from earned
    group by shop_id, customer_id, sales_date
)

select * from added
