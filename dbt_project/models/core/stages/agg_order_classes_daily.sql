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

orders as (
    {{ touched_rows(
        'fct_orders',
        ['shop_id', 'paid_date'],
        within='days',
        listed_as=['shop_id', 'sales_date']
    ) }}
),

commissions as (
    select * from {{ ref('fct_commissions') }}
    where status <> 'disputed' and order_id is not null
),

first_orders as (
    select * from orders
    where order_seq = 1
),

-- what was paid for bringing the first orders of the day
brought as (
    select
        first_orders.shop_id,
        first_orders.channel,
        first_orders.paid_date as sales_date,
        sum(commissions.amount) as first_order_commission_amount
    from first_orders
    inner join commissions on first_orders.order_id = commissions.order_id
    group by first_orders.shop_id, first_orders.channel, first_orders.paid_date
),

-- no platform tells of the click before an order: the ads brought those whose channel
-- or entry is the ads'
classed as (
    select
        shop_id,
        channel,
        paid_date as sales_date,
        order_class,
        paid_amount,
        order_class = 'first_organic'
        and (channel in ('ad', 'ads') or coalesce(entry in ('ad', 'ads'), false))
            as is_from_ad
    from orders
    where is_valid
),

added as (
    select
        shop_id,
        channel,
        sales_date,
        sum(case when order_class <> 'anonymous' then 1 else 0 end)
            as identified_order_count,
        sum(case when order_class = 'first_referred' then 1 else 0 end)
            as referred_first_buys,
        sum(case when is_from_ad then 1 else 0 end) as ad_first_buys,
        sum(
            case when order_class = 'first_organic' and not is_from_ad then 1 else 0 end
        ) as organic_first_buys,
        {% for order_class in [
            'first_organic', 'first_referred', 'repeat_own', 'repeat_of_referred',
            'anonymous',
        ] -%}
        sum(case when order_class = '{{ order_class }}' then paid_amount else 0 end)
            as {{ order_class }}_gmv,
        {% endfor -%}
        sum(
            case
                when order_class in ('repeat_own', 'repeat_of_referred') then 1
                else 0
            end
        ) as repeat_buys
    from classed
    group by shop_id, channel, sales_date
),

completed as (
    select
        added.*,
        coalesce(brought.first_order_commission_amount, 0)
            as first_order_commission_amount
    from added
    left join brought
        on
            added.shop_id = brought.shop_id
            and added.channel = brought.channel
            and added.sales_date = brought.sales_date
)

select * from completed
