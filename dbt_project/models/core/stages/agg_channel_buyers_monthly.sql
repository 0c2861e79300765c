{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['owner_id', 'channel', 'month_date'],
    touched={
        'model': 'int_owner_months_touched',
        'columns': ['owner_id', 'month_date'],
    },
) }}

with

months as (
    select * from {{ ref('int_owner_months_touched') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
    where is_own
),

orders as (
    select
        coalesce(shops.owner_id, shops.shop_id) as owner_id,
        orders.channel,
        orders.customer_id,
        {{ month_of('orders.paid_date') }} as month_date
    from {{ ref('fct_orders') }} as orders
    inner join shops on orders.shop_id = shops.shop_id
    {% if only_touched() -%}
    inner join months
        on
            coalesce(shops.owner_id, shops.shop_id) = months.owner_id
            and orders.paid_date >= months.month_date
            and orders.paid_date
            < cast({{ dbt.dateadd('month', 1, 'months.month_date') }} as date)
    {%- endif %}
    where orders.is_valid
),

added as (
    select
        owner_id,
        channel,
        month_date,
        count(distinct customer_id) as identified_buyers,
        count(distinct customer_id)
        + sum(case when customer_id is null then 1 else 0 end) as buyers
    from orders
    group by owner_id, channel, month_date
)

select * from added
