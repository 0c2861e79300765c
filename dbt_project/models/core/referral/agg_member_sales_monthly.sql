{#- An order is credited to one member of a programme: who the ledger pays for selling
    it, else who owns the link it came by. -#}
with

commissions as (
    select * from {{ ref('fct_commissions') }}
),

links as (
    select * from {{ ref('fct_link_days') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_valid
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

owners as (
    select
        programme_id,
        link_id,
        min(owner_member_id) as owner_member_id
    from links
    where owner_member_id is not null
    group by programme_id, link_id
),

claims as (
    select
        programme_id,
        order_id,
        payee_member_id as member_id,
        1 as claim_rank
    from commissions
    where basis = 'own_sales' and status <> 'disputed' and order_id is not null
    union
    select
        owners.programme_id,
        orders.order_id,
        owners.owner_member_id as member_id,
        2 as claim_rank
    from orders
    inner join owners on orders.link_id = owners.link_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by programme_id, order_id order by claim_rank, member_id
        ) as claim_no
    from claims
),

sold as (
    select
        ranked.programme_id,
        ranked.member_id,
        {{ month_of('orders.paid_date') }} as month_date,
        sum(orders.paid_amount) as sell_out_gmv,
        sum(
            case when refs.customer_id = orders.customer_id then 0 else 1 end
        ) as orders_of_others
    from ranked
    inner join orders on ranked.order_id = orders.order_id
    left join refs on ranked.member_id = refs.customer_ref
    where ranked.claim_no = 1
    group by ranked.programme_id, ranked.member_id, {{ month_of('orders.paid_date') }}
),

earned as (
    select
        programme_id,
        payee_member_id as member_id,
        {{ month_of('occurred_date') }} as month_date,
        sum(amount) as commission_amount
    from commissions
    where status <> 'reversed' and amount >= 0
    group by programme_id, payee_member_id, {{ month_of('occurred_date') }}
),

months as (
    select
        programme_id,
        member_id,
        month_date
    from sold
    union
    select
        programme_id,
        member_id,
        month_date
    from earned
),

added_up as (
    select
        months.programme_id,
        months.member_id,
        months.month_date,
        coalesce(sold.sell_out_gmv, 0) as sell_out_gmv,
        coalesce(sold.orders_of_others, 0) as orders_of_others,
        coalesce(earned.commission_amount, 0) as commission_amount
    from months
    left join sold
        on
            months.programme_id = sold.programme_id
            and months.member_id = sold.member_id
            and months.month_date = sold.month_date
    left join earned
        on
            months.programme_id = earned.programme_id
            and months.member_id = earned.member_id
            and months.month_date = earned.month_date
)

select * from added_up
