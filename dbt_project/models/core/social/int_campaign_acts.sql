{#- Groups and sessions without a campaign are one campaign of their shop and tool; a
    programme whose ledger pays for sales is a campaign of the tool distribution. -#}
with

groups as (
    select * from {{ ref('fct_group_buys') }}
),

group_people as (
    select * from {{ ref('int_group_people') }}
),

sessions as (
    select * from {{ ref('fct_bargains') }}
),

session_people as (
    select * from {{ ref('int_bargain_people') }}
),

invitations as (
    select * from {{ ref('fct_invitations') }}
    where campaign_id is not null
),

commissions as (
    select * from {{ ref('fct_commissions') }}
),

members as (
    select * from {{ ref('int_members_levelled') }}
    where is_active
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where customer_id is not null
),

selling_programmes as (
    select
        programme_id,
        min(nullif(shop_id, 'unknown')) as shop_id
    from commissions
    where basis = 'own_sales' and status <> 'disputed'
    group by programme_id
),

came as (
    select
        coalesce(groups.campaign_id, groups.shop_id || ':group_buy') as campaign_id,
        groups.shop_id,
        'group_buy' as tool,
        group_people.member_id,
        group_people.order_id,
        group_people.person,
        case when group_people.has_begun = 1 then 'started' else 'accepted' end as act,
        group_people.came_at as acted_at,
        group_people.is_new,
        groups.opened_at as begun_at
    from group_people
    inner join groups on group_people.group_id = groups.group_id
    union all
    select
        coalesce(sessions.campaign_id, sessions.shop_id || ':bargain') as campaign_id,
        sessions.shop_id,
        'bargain' as tool,
        session_people.member_id,
        session_people.order_id,
        session_people.person,
        case when session_people.has_begun = 1 then 'started' else 'accepted' end
            as act,
        session_people.came_at as acted_at,
        session_people.is_new,
        sessions.started_at as begun_at
    from session_people
    inner join sessions on session_people.session_id = sessions.session_id
),

-- an order knows its customer better than an event does
known as (
    select
        came.campaign_id,
        came.shop_id,
        came.tool,
        coalesce(orders.customer_id, refs.customer_id, came.person) as person_id,
        came.act,
        came.acted_at,
        came.is_new,
        came.begun_at
    from came
    left join orders on came.order_id = orders.order_id
    left join refs on came.member_id = refs.customer_ref
),

first_invitations as (
    select
        invitations.campaign_id,
        invitations.inviter_member_id,
        coalesce(max(refs.customer_id), invitations.inviter_member_id) as person_id,
        max(invitations.shop_id) as shop_id,
        min(coalesce(invitations.tool, 'share')) as tool,
        min(invitations.invited_at) as begun_at
    from invitations
    left join refs on invitations.inviter_member_id = refs.customer_ref
    group by invitations.campaign_id, invitations.inviter_member_id
),

first_seen as (
    select
        programme_id,
        customer_id,
        min(valid_from) as joined_at
    from members
    group by programme_id, customer_id
),

acts as (
    select * from known
    union all
    select
        campaign_id,
        shop_id,
        tool,
        person_id,
        'started' as act,
        begun_at as acted_at,
        cast(null as integer) as is_new,
        begun_at
    from first_invitations
    union all
    select
        invitations.campaign_id,
        invitations.shop_id,
        first_invitations.tool,
        invitations.invitee_customer_id as person_id,
        'invited' as act,
        invitations.invited_at as acted_at,
        cast(null as integer) as is_new,
        first_invitations.begun_at
    from invitations
    inner join first_invitations
        on
            invitations.campaign_id = first_invitations.campaign_id
            and invitations.inviter_member_id = first_invitations.inviter_member_id
    union all
    select
        invitations.campaign_id,
        invitations.shop_id,
        first_invitations.tool,
        invitations.invitee_customer_id as person_id,
        'accepted' as act,
        invitations.accepted_at as acted_at,
        case when first_seen.joined_at < invitations.accepted_at then 0 else 1 end
            as is_new,
        first_invitations.begun_at
    from invitations
    inner join first_invitations
        on
            invitations.campaign_id = first_invitations.campaign_id
            and invitations.inviter_member_id = first_invitations.inviter_member_id
    left join first_seen
        on
            invitations.programme_id = first_seen.programme_id
            and invitations.invitee_customer_id = first_seen.customer_id
    where invitations.accepted_at is not null
    union all
    select
        commissions.programme_id as campaign_id,
        selling_programmes.shop_id,
        'distribution' as tool,
        coalesce(max(refs.customer_id), commissions.payee_member_id) as person_id,
        'started' as act,
        min(commissions.occurred_at) as acted_at,
        cast(null as integer) as is_new,
        min(commissions.occurred_at) as begun_at
    from commissions
    inner join selling_programmes
        on commissions.programme_id = selling_programmes.programme_id
    left join refs on commissions.payee_member_id = refs.customer_ref
    where commissions.basis = 'own_sales' and commissions.status <> 'disputed'
    group by
        commissions.programme_id,
        selling_programmes.shop_id,
        commissions.payee_member_id
    union all
    select
        first_seen.programme_id as campaign_id,
        selling_programmes.shop_id,
        'distribution' as tool,
        first_seen.customer_id as person_id,
        'joined' as act,
        first_seen.joined_at as acted_at,
        1 as is_new,
        first_seen.joined_at as begun_at
    from first_seen
    inner join selling_programmes
        on first_seen.programme_id = selling_programmes.programme_id
)

select * from acts
