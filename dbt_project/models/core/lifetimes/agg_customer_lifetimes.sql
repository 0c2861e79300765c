{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'customer_id'],
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
    {{ touched_rows(
        'agg_customer_days', ['customer_id'],
        among='int_customer_refs_touched', listed_as=['customer_ref']
    ) }}
),

histories as (
    select
        shop_id,
        customer_id,
        min(purchase_date) as first_order_date,
        min(case when purchase_day_no = 2 then purchase_date end)
            as second_order_date,
        max(purchase_date) as last_order_date,
        min(case when settled_order_count > 0 then purchase_date end)
            as first_settled_date,
        sum(order_count) as order_count,
        count(*) as purchase_day_count,
        sum(gmv) as lifetime_gmv,
        sum(net_sales_by_order) as lifetime_net_sales
    from days
    group by shop_id, customer_id
),

acquired as (
    select
        histories.shop_id,
        histories.customer_id,
        histories.first_order_date,
        histories.second_order_date,
        histories.last_order_date,
        histories.first_settled_date,
        cast(histories.order_count as bigint) as order_count,
        histories.purchase_day_count,
        histories.lifetime_gmv,
        histories.lifetime_net_sales,
        orders.paid_at as first_order_at,
        orders.channel as first_channel,
        orders.referrer_member_id as first_referrer_member_id,
        case
            when orders.order_class = 'first_referred' then 'referred'
            when orders.link_id is not null then 'ad'
            when orders.channel in ('ad', 'ads') then 'ad'
            when orders.channel = 'unknown' then 'unknown'
            else 'organic'
        end as acquired_by
    from histories
    inner join orders
        on
            histories.shop_id = orders.shop_id
            and histories.customer_id = orders.customer_id
            and orders.order_seq = 1
)

select * from acquired
