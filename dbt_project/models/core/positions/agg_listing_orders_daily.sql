{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'listing_id', 'sku_id_or_all', 'sales_date'],
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

valid_orders as (
    select * from touched_orders
    where is_valid
),

refunds as (
    select * from {{ ref('fct_refunds') }}
    where is_succeeded and line_id is not null
),

refunds_of_lines as (
    select * from refunds
    where kind = 'return'
),

lines as (
    select * from {{ ref('fct_order_lines') }}
),

costs as (
    select * from {{ ref('int_costs') }}
),

{{ costed_goods_steps() }},

paid_back as (
    select
        refunds.order_id,
        refunds.line_id,
        sum(refunds.refund_amount) as line_refund_amount
    from refunds
    inner join valid_orders on refunds.order_id = valid_orders.order_id
    group by refunds.order_id, refunds.line_id
),

paid_back_by_line as (
    select
        order_id,
        sum(line_refund_amount) as line_refund_amount
    from paid_back
    group by order_id
),

-- what a refund does not lay on a line is laid on all the order paid for
refunded_goods as (
    select
        costed_goods.*,
        coalesce(paid_back.line_refund_amount, 0)
        + greatest(
            costed_goods.refunded_amount
            - coalesce(paid_back_by_line.line_refund_amount, 0),
            0
        )
        * coalesce(
            costed_goods.line_paid_amount / nullif(costed_goods.paid_amount, 0), 0
        ) as line_refund_amount
    from costed_goods
    left join paid_back on costed_goods.line_id = paid_back.line_id
    left join paid_back_by_line on costed_goods.order_id = paid_back_by_line.order_id
),

added as (
    select
        shop_id,
        listing_id,
        coalesce(sku_id, 'all') as sku_id_or_all,
        sales_date,
        sum(case when is_gift then 0 else quantity end) as units,
        count(distinct order_id) as order_count,
        count(distinct coalesce(customer_id, order_id)) as buyers,
        sum(line_paid_amount) as goods_sales,
        sum(line_refund_amount) as refunded_goods_amount,
        sum(kept_quantity * known_unit_cost_amount) as cost_of_goods_amount,
        sum(
            case
                when known_unit_cost_amount is null or quantity is null then 1 else 0
            end
        ) as uncosted_line_count
    from refunded_goods
    group by
        grouping sets (
            (shop_id, listing_id, sales_date),
            (shop_id, listing_id, sales_date, sku_id)
        )
    -- lines without a SKU are in the row of their listing
    having grouping(sku_id) = 1 or sku_id is not null
)

select * from added
