{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'channel', 'sales_date'],
    touched={
        'model': 'int_shop_days_touched',
        'columns': ['shop_id', 'sales_date'],
    },
) }}

with

days as (
    select * from {{ ref('int_shop_days_touched') }}
),

valid_orders as (
    select * from {{ ref('fct_orders') }}
    where
        is_valid
        {% if only_touched() -%}
        and (shop_id, paid_date) in (select shop_id, sales_date from days)
        {%- endif %}
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

{{ costed_goods_steps() }},

units as (
    select
        shop_id,
        coalesce(channel, 'all') as channel,
        sales_date,
        sum(case when not is_gift then quantity end) as units,
        sum(kept_quantity * known_unit_cost_amount) as cost_of_goods_amount,
        sum(freight_cost_amount) as freight_cost_amount,
        sum(
            case
                when known_unit_cost_amount is null or quantity is null then 1 else 0
            end
        ) as uncosted_line_count
    from costed_goods
    group by grouping sets ((shop_id, sales_date, channel), (shop_id, sales_date))
)

select * from units
