with

groups as (
    select * from {{ ref('fct_group_buys') }}
    where status = 'filled'
),

group_orders as (
    select * from {{ ref('int_group_orders') }}
),

sessions as (
    select * from {{ ref('fct_bargains') }}
),

invitations as (
    select * from {{ ref('fct_invitations') }}
    where campaign_id is not null and first_order_at is not null
),

commissions as (
    select * from {{ ref('fct_commissions') }}
    where basis = 'own_sales' and status <> 'disputed' and order_id is not null
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_valid
),

-- who accepted several invitations bought by the last of them
accepted as (
    select
        campaign_id,
        shop_id,
        invitee_customer_id,
        first_order_at,
        row_number() over (
            partition by invitee_customer_id, first_order_at
            order by accepted_at desc, campaign_id asc
        ) as invitation_no
    from invitations
),

first_orders as (
    select
        accepted.campaign_id,
        min(orders.order_id) as order_id
    from accepted
    inner join orders
        on
            accepted.invitee_customer_id = orders.customer_id
            and accepted.first_order_at = orders.paid_at
    where accepted.invitation_no = 1
    group by accepted.campaign_id, accepted.invitee_customer_id
),

linked as (
    select
        coalesce(groups.campaign_id, groups.shop_id || ':group_buy') as campaign_id,
        group_orders.order_id
    from group_orders
    inner join groups on group_orders.group_id = groups.group_id
    union
    select
        coalesce(sessions.campaign_id, sessions.shop_id || ':bargain') as campaign_id,
        orders.order_id
    from sessions
    inner join orders on sessions.session_id = orders.bargain_id
    union
    select
        coalesce(campaign_id, shop_id || ':bargain') as campaign_id,
        order_id
    from sessions
    where bought_at is not null and order_id is not null
    union
    select
        campaign_id,
        order_id
    from first_orders
    union
    select
        programme_id as campaign_id,
        order_id
    from commissions
),

sold as (
    select
        linked.campaign_id,
        linked.order_id,
        coalesce(orders.customer_id, orders.order_id) as person_id,
        coalesce(orders.order_seq = 1, false) as is_first,
        orders.paid_amount,
        orders.net_sales_by_order
    from linked
    inner join orders on linked.order_id = orders.order_id
)

select * from sold
