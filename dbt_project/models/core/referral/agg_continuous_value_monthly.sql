{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'base_month_date', 'activity_month_date'],
    touched={
        'model': 'int_value_months_touched',
        'columns': ['shop_id', 'base_month_date', 'activity_month_date'],
    },
) }}

{#- Every figure of a window of months is the sum over the months of it: a customer is
    counted in the first month in which they are one of those counted. -#}

with

pairs as (
    select * from {{ ref('int_value_months_touched') }}
),

months as (
    select
        shop_id,
        base_month_date as month_date
    from pairs
    union
    select
        shop_id,
        activity_month_date as month_date
    from pairs
),

days as (
    select days.*
    from {{ ref('agg_customer_days') }} as days
    {% if only_touched() -%}
    inner join months
        on
            days.shop_id = months.shop_id
            and days.purchase_date >= months.month_date
            and days.purchase_date < {{ months_after('months.month_date', 1) }}
    {%- endif %}
),

lifetimes as (
    select * from {{ ref('agg_customer_lifetimes') }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

by_month as (
    select
        shop_id,
        customer_id,
        {{ month_of('purchase_date') }} as month_date,
        sum(settled_order_count) as settled_orders,
        sum(net_sales_by_order) as net_sales
    from days
    group by shop_id, customer_id, {{ month_of('purchase_date') }}
),

customer_months as (
    select
        *,
        max(case when settled_orders > 0 then month_date end) over (
            partition by shop_id, customer_id
            order by month_date
            rows between unbounded preceding and 1 preceding
        ) as last_settled_month_date
    from by_month
),

settled as (
    select * from customer_months
    where settled_orders > 0
),

-- the customers of the base month themselves
base as (
    select
        shop_id,
        month_date as base_month_date,
        month_date as activity_month_date,
        count(*) as settled_customers,
        sum(settled_orders) as initial_orders,
        sum(net_sales) as initial_sales,
        0 as repeat_customers,
        0 as repeat_orders,
        0 as repeat_sales,
        0 as referred_buyers,
        0 as referred_sales
    from settled
    group by shop_id, month_date
),

own_repeats as (
    select
        settled.shop_id,
        settled.month_date as base_month_date,
        customer_months.month_date as activity_month_date,
        0 as settled_customers,
        0 as initial_orders,
        0 as initial_sales,
        sum(
            case
                when
                    customer_months.settled_orders > 0
                    and customer_months.last_settled_month_date = settled.month_date
                    then 1
                else 0
            end
        ) as repeat_customers,
        sum(customer_months.settled_orders) as repeat_orders,
        sum(customer_months.net_sales) as repeat_sales,
        0 as referred_buyers,
        0 as referred_sales
    from customer_months
    inner join settled
        on
            customer_months.shop_id = settled.shop_id
            and customer_months.customer_id = settled.customer_id
            and customer_months.month_date > settled.month_date
            and {{ months_after('customer_months.month_date', -12) }}
            <= settled.month_date
    group by settled.shop_id, settled.month_date, customer_months.month_date
),

-- who first bought after the base month, by the invitation of a customer of it; what
-- they buy afterwards counts too
referred as (
    select
        customer_months.shop_id,
        settled.month_date as base_month_date,
        customer_months.month_date as activity_month_date,
        0 as settled_customers,
        0 as initial_orders,
        0 as initial_sales,
        0 as repeat_customers,
        0 as repeat_orders,
        0 as repeat_sales,
        sum(
            case
                when
                    {{ month_of('lifetimes.first_settled_date') }}
                    = customer_months.month_date
                    then 1
                else 0
            end
        ) as referred_buyers,
        sum(customer_months.net_sales) as referred_sales
    from customer_months
    inner join lifetimes
        on
            customer_months.shop_id = lifetimes.shop_id
            and customer_months.customer_id = lifetimes.customer_id
    inner join refs on lifetimes.first_referrer_member_id = refs.customer_ref
    inner join settled
        on
            customer_months.shop_id = settled.shop_id
            and refs.customer_id = settled.customer_id
            and {{ month_of('lifetimes.first_order_date') }} > settled.month_date
            and {{ months_after('customer_months.month_date', -12) }}
            <= settled.month_date
    group by
        customer_months.shop_id, settled.month_date, customer_months.month_date
),

parts as (
    select * from base
    union all
    select * from own_repeats
    union all
    select * from referred
),

added_up as (
    select
        shop_id,
        base_month_date,
        activity_month_date,
        {% for count in [
            'settled_customers', 'initial_orders', 'repeat_customers',
            'repeat_orders', 'referred_buyers',
        ] -%}
        cast(sum({{ count }}) as bigint) as {{ count }},
        {% endfor -%}
        sum(initial_sales) as initial_sales,
        sum(repeat_sales) as repeat_sales,
        sum(referred_sales) as referred_sales
    from parts
    {% if only_touched() -%}
    where
        (shop_id, base_month_date, activity_month_date)
        in (
            select
                shop_id,
                base_month_date,
                activity_month_date
            from pairs
        )
    {%- endif %}
    group by shop_id, base_month_date, activity_month_date
)

select * from added_up
