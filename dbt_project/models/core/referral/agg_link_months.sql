{#- An order pays one link: the one the platform names on it, which is the last click
    before payment, else the smallest of those that claim it in the ledger. -#}

with

orders as (
    select * from {{ ref('fct_orders') }}
    where is_valid
),

commissions as (
    select * from {{ ref('fct_commissions') }}
    where link_id is not null
),

clicks as (
    select * from {{ ref('fct_link_days') }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

rules as (
    select * from {{ ref('dim_platform_rules') }}
    where rule_id = 'commission_cap_rate' and platform_id = 'all'
),

links as (
    select
        link_id,
        programme_id,
        max(owner_member_id) as owner_member_id
    from (
        select
            link_id,
            programme_id,
            owner_member_id
        from clicks
        union all
        select
            link_id,
            programme_id,
            case when basis = 'own_sales' then payee_member_id end as owner_member_id
        from commissions
    ) as seen
    group by link_id, programme_id
),

claims as (
    select
        order_id,
        link_id,
        programme_id
    from commissions
    where order_id is not null
    union
    select
        orders.order_id,
        orders.link_id,
        links.programme_id
    from orders
    inner join links on orders.link_id = links.link_id
),

ranked as (
    select
        claims.order_id,
        claims.link_id,
        claims.programme_id,
        row_number() over (
            partition by claims.order_id
            order by
                case when claims.link_id = orders.link_id then 1 else 2 end,
                claims.link_id,
                claims.programme_id
        ) as claim_no
    from claims
    inner join orders on claims.order_id = orders.order_id
),

paid as (
    select
        order_id,
        link_id,
        sum(amount) as amount
    from commissions
    where status <> 'disputed'
    group by order_id, link_id
),

won as (
    select
        ranked.programme_id,
        ranked.link_id,
        ranked.claim_no,
        {{ month_of('orders.paid_date') }} as month_date,
        orders.customer_id,
        orders.paid_amount,
        orders.refunded_amount,
        coalesce(paid.amount, 0) as commission_amount,
        rules.value_number as cap_rate,
        case
            when
                orders.is_settled
                and (refs.customer_id is null or refs.customer_id <> orders.customer_id)
                then
                    greatest(
                        orders.net_sales_by_order
                        - orders.freight_amount
                        - orders.tax_amount,
                        0
                    )
            else 0
        end as commissionable_amount
    from ranked
    inner join orders on ranked.order_id = orders.order_id
    inner join links
        on
            ranked.link_id = links.link_id
            and ranked.programme_id = links.programme_id
    left join refs on links.owner_member_id = refs.customer_ref
    left join paid
        on ranked.order_id = paid.order_id and ranked.link_id = paid.link_id
    left join rules
        on {{ holds_on('orders.paid_date', 'rules.valid_from', 'rules.valid_to') }}
),

sold as (
    select
        programme_id,
        link_id,
        month_date,
        sum(case when claim_no = 1 then 1 else 0 end) as order_count,
        count(distinct case when claim_no = 1 then customer_id end)
        + sum(case when claim_no = 1 and customer_id is null then 1 else 0 end)
            as buyers,
        sum(case when claim_no = 1 then paid_amount else 0 end) as gmv,
        sum(case when claim_no = 1 then refunded_amount else 0 end) as refund_amount,
        sum(case when claim_no = 1 then commissionable_amount else 0 end)
            as commissionable_amount,
        sum(
            case
                when claim_no = 1
                    then
                        greatest(
                            commission_amount - cap_rate * commissionable_amount, 0
                        )
                else 0
            end
        ) as over_cap_amount,
        sum(case when claim_no > 1 then 1 else 0 end) as double_claimed_order_count
    from won
    group by programme_id, link_id, month_date
),

-- what a refused link asks for is not owed
entries as (
    select
        commissions.programme_id,
        commissions.link_id,
        {{ month_of('commissions.occurred_date') }} as month_date,
        commissions.amount,
        commissions.status
    from commissions
    left join ranked
        on
            commissions.order_id = ranked.order_id
            and commissions.link_id = ranked.link_id
            and commissions.programme_id = ranked.programme_id
    where ranked.claim_no is null or ranked.claim_no = 1
),

booked as (
    select
        programme_id,
        link_id,
        month_date,
        sum(case when status <> 'reversed' and amount >= 0 then amount else 0 end)
            as commission_accrued,
        sum(case when status = 'reversed' or amount < 0 then amount else 0 end)
            as commission_reversed,
        sum(case when status in ('settled', 'reversed') then amount else 0 end)
            as commission_settled,
        sum(case when status = 'pending' then amount else 0 end)
            as commission_pending,
        sum(case when status = 'disputed' then amount else 0 end)
            as commission_disputed
    from entries
    group by programme_id, link_id, month_date
),

clicked as (
    select
        programme_id,
        link_id,
        {{ month_of('stat_date') }} as month_date,
        sum(clicks) as clicks
    from clicks
    group by programme_id, link_id, {{ month_of('stat_date') }}
),

months as (
    select
        programme_id,
        link_id,
        month_date
    from sold
    union
    select
        programme_id,
        link_id,
        month_date
    from booked
    union
    select
        programme_id,
        link_id,
        month_date
    from clicked
),

added_up as (
    select
        months.programme_id,
        months.link_id,
        months.month_date,
        links.owner_member_id,
        cast(clicked.clicks as bigint) as clicks,
        cast(coalesce(sold.order_count, 0) as bigint) as order_count,
        cast(coalesce(sold.buyers, 0) as bigint) as buyers,
        coalesce(sold.gmv, 0) as gmv,
        coalesce(sold.refund_amount, 0) as refund_amount,
        coalesce(sold.commissionable_amount, 0) as commissionable_amount,
        coalesce(sold.over_cap_amount, 0) as over_cap_amount,
        coalesce(booked.commission_accrued, 0) as commission_accrued,
        coalesce(booked.commission_reversed, 0) as commission_reversed,
        coalesce(booked.commission_settled, 0) as commission_settled,
        coalesce(booked.commission_pending, 0) as commission_pending,
        coalesce(booked.commission_disputed, 0) as commission_disputed,
        cast(coalesce(sold.double_claimed_order_count, 0) as bigint)
            as double_claimed_order_count
    from months
    inner join links
        on
            months.link_id = links.link_id
            and months.programme_id = links.programme_id
    left join sold
        on
            months.programme_id = sold.programme_id
            and months.link_id = sold.link_id
            and months.month_date = sold.month_date
    left join booked
        on
            months.programme_id = booked.programme_id
            and months.link_id = booked.link_id
            and months.month_date = booked.month_date
    left join clicked
        on
            months.programme_id = clicked.programme_id
            and months.link_id = clicked.link_id
            and months.month_date = clicked.month_date
)

select * from added_up
