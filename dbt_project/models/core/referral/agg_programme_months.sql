{#- The ledger by its own month, sales by the month of payment. -#}

with

commissions as (
    select * from {{ ref('fct_commissions') }}
    where status <> 'disputed'
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_valid
),

members as (
    select * from {{ ref('int_members_levelled') }}
    where is_active
),

rules as (
    select * from {{ ref('dim_platform_rules') }}
    where rule_id = 'commission_cap_rate' and platform_id = 'all'
),

ledger as (
    select
        programme_id,
        {{ month_of('occurred_date') }} as month_date,
        {% for basis in reward_bases() -%}
        sum(case when basis = '{{ basis }}' then amount else 0 end)
            as {{ basis }}_amount,
        sum(case when basis = '{{ basis }}' then 1 else 0 end)
            as {{ basis }}_entries,
        {% endfor -%}
        max(depth) as max_paid_depth
    from commissions
    group by programme_id, {{ month_of('occurred_date') }}
),

paid_by_order as (
    select
        programme_id,
        order_id,
        sum(amount) as amount,
        max(depth) as max_depth
    from commissions
    where order_id is not null
    group by programme_id, order_id
),

-- persons who were members when they paid
buying_members as (
    select
        paid_by_order.programme_id,
        paid_by_order.order_id
    from paid_by_order
    inner join orders on paid_by_order.order_id = orders.order_id
    inner join members
        on
            paid_by_order.programme_id = members.programme_id
            and orders.customer_id = members.customer_id
            and orders.paid_at >= members.valid_from
            and (members.valid_to is null or orders.paid_at < members.valid_to)
    group by paid_by_order.programme_id, paid_by_order.order_id
),

sold as (
    select
        paid_by_order.programme_id,
        {{ month_of('orders.paid_date') }} as month_date,
        sum(orders.paid_amount) as gmv,
        sum(orders.net_sales_by_order) as net_sales,
        sum(
            case
                when buying_members.order_id is null then orders.net_sales_by_order
                else 0
            end
        ) as consumer_net_sales,
        max(
            case
                when buying_members.order_id is not null then paid_by_order.max_depth
            end
        ) as max_depth_above_member,
        sum(
            greatest(
                paid_by_order.amount
                - rules.value_number
                * greatest(
                    orders.net_sales_by_order
                    - orders.freight_amount
                    - orders.tax_amount,
                    0
                ),
                0
            )
        ) as over_cap_amount
    from paid_by_order
    inner join orders on paid_by_order.order_id = orders.order_id
    left join buying_members
        on
            paid_by_order.programme_id = buying_members.programme_id
            and paid_by_order.order_id = buying_members.order_id
    left join rules
        on {{ holds_on('orders.paid_date', 'rules.valid_from', 'rules.valid_to') }}
    group by paid_by_order.programme_id, {{ month_of('orders.paid_date') }}
),

months as (
    select
        programme_id,
        month_date
    from ledger
    union
    select
        programme_id,
        month_date
    from sold
),

added_up as (
    select
        months.programme_id,
        months.month_date,
        {% for basis in reward_bases() -%}
        coalesce(ledger.{{ basis }}_amount, 0) as {{ basis }}_amount,
        coalesce(ledger.{{ basis }}_entries, 0) as {{ basis }}_entries,
        {% endfor -%}
        cast(ledger.max_paid_depth as bigint) as max_paid_depth,
        sold.gmv,
        sold.net_sales,
        sold.consumer_net_sales,
        cast(sold.max_depth_above_member as bigint) as max_depth_above_member,
        coalesce(sold.over_cap_amount, 0) as over_cap_amount
    from months
    left join ledger
        on
            months.programme_id = ledger.programme_id
            and months.month_date = ledger.month_date
    left join sold
        on
            months.programme_id = sold.programme_id
            and months.month_date = sold.month_date
)

select * from added_up
