with

events as (
    select * from {{ ref('int_members_unioned') }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

edges as (
    select * from {{ ref('int_referral_edges_stated') }}
),

cycles as (
    select * from {{ ref('int_referral_cycles') }}
),

selves as (
    select
        events.programme_id,
        events.member_ref as child_member_id,
        coalesce(events.parent_ref, events.inviter_ref) as parent_member_id,
        events.occurred_at as valid_from,
        'self' as reason
    from events
    inner join refs as children on events.member_ref = children.customer_ref
    inner join refs as parents
        on coalesce(events.parent_ref, events.inviter_ref) = parents.customer_ref
    where
        events.event in ('accepted', 'joined', 'moved', 'level_changed')
        and children.customer_id = parents.customer_id
    group by
        events.programme_id,
        events.member_ref,
        coalesce(events.parent_ref, events.inviter_ref),
        events.occurred_at
),

circles as (
    select
        edges.programme_id,
        edges.child_member_id,
        edges.parent_member_id,
        edges.valid_from,
        'cycle' as reason
    from edges
    inner join cycles
        on
            edges.programme_id = cycles.programme_id
            and edges.child_member_id = cycles.child_member_id
            and edges.valid_from = cycles.valid_from
),

quarantined as (
    select * from selves
    union all
    select * from circles
)

select * from quarantined
