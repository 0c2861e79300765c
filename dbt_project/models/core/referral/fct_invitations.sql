{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['programme_id', 'invite_id', 'invitee_member_id'],
    touched={
        'model': 'int_customer_refs_touched',
        'columns': ['invitee_member_id'],
        'listed_as': ['customer_ref'],
    },
) }}

with

records as (
    {{ touched_rows(
        'int_members_unioned', ['member_ref'],
        among='int_customer_refs_touched', listed_as=['customer_ref']
    ) }}
),

loads as (
    select * from {{ ref('int_loads_decided') }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where order_seq is not null
),

{{ newest_records('records') }},

-- nobody invites himself, not under another name either; without an id of its own an
-- invitation is named by who sent it
invited as (
    select
        newest.programme_id,
        coalesce(
            newest.invite_id,
            'by:' || coalesce(newest.inviter_ref, newest.parent_ref)
        ) as invite_id,
        newest.member_ref as invitee_member_id,
        refs.customer_id as invitee_customer_id,
        coalesce(newest.inviter_ref, newest.parent_ref) as inviter_member_id,
        coalesce(newest.shop_id, loads.source_shop_id) as shop_id,
        newest.event,
        newest.tool,
        newest.campaign_id,
        newest.occurred_at,
        newest.load_seq,
        newest.source_ref
    from newest
    inner join loads on newest.load_id = loads.load_id
    inner join refs on newest.member_ref = refs.customer_ref
    left join refs as inviters
        on coalesce(newest.inviter_ref, newest.parent_ref) = inviters.customer_ref
    where
        newest.event in ('invited', 'accepted', 'joined')
        and coalesce(newest.inviter_ref, newest.parent_ref) is not null
        and coalesce(inviters.customer_id, newest.inviter_ref, newest.parent_ref)
        <> refs.customer_id
),

told as (
    select
        programme_id,
        invite_id,
        invitee_member_id,
        max(invitee_customer_id) as invitee_customer_id,
        min(inviter_member_id) as inviter_member_id,
        max(shop_id) as shop_id,
        max(tool) as tool,
        max(campaign_id) as campaign_id,
        min(occurred_at) as invited_at,
        min(case when event in ('accepted', 'joined') then occurred_at end)
            as accepted_at,
        max(load_seq) as load_seq,
        max(source_ref) as source_ref
    from invited
    group by programme_id, invite_id, invitee_member_id
),

bought as (
    select
        told.programme_id,
        told.invite_id,
        told.invitee_member_id,
        min(orders.paid_at) as first_order_at
    from told
    inner join orders
        on
            told.invitee_customer_id = orders.customer_id
            and told.accepted_at <= orders.paid_at
    group by told.programme_id, told.invite_id, told.invitee_member_id
),

invitations as (
    select
        told.invite_id,
        told.programme_id,
        told.shop_id,
        told.inviter_member_id,
        told.invitee_member_id,
        told.invitee_customer_id,
        told.tool,
        told.campaign_id,
        told.invited_at,
        told.accepted_at,
        bought.first_order_at,
        told.load_seq,
        told.source_ref
    from told
    left join bought
        on
            told.programme_id = bought.programme_id
            and told.invite_id = bought.invite_id
            and told.invitee_member_id = bought.invitee_member_id
)

select * from invitations
