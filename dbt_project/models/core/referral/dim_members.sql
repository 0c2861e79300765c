{{ config(materialized='view') }}

with

members as (
    select * from {{ ref('int_members_levelled') }}
),

edges as (
    select * from {{ ref('fct_referral_edges') }}
),

paths as (
    select * from {{ ref('int_referral_paths') }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

listed as (
    select * from {{ ref('int_agent_levels') }}
),

programmes as (
    select * from {{ ref('dim_programmes') }}
),

-- the parent changes by events of the member only, so one holds for a whole stretch
under as (
    select
        members.*,
        edges.parent_member_id,
        case
            when members.valid_to is null
                then {{ run_date('programmes.time_zone') }}
            else {{ local_date('members.valid_to', 'programmes.time_zone') }}
        end as last_date
    from members
    inner join programmes on members.programme_id = programmes.programme_id
    left join edges
        on
            members.programme_id = edges.programme_id
            and members.member_id = edges.child_member_id
            and {{ holds_on(
                'members.valid_from', 'edges.valid_from', 'edges.valid_to'
            ) }}
),

-- those above may move meanwhile: the tree at the end of the stretch
above as (
    select
        members.programme_id,
        members.member_id,
        members.valid_from,
        paths.ancestor_member_id as top_member_id,
        row_number() over (
            partition by members.programme_id, members.member_id, members.valid_from
            order by paths.depth desc
        ) as top_no
    from members
    inner join paths
        on
            members.programme_id = paths.programme_id
            and members.member_id = paths.descendant_member_id
            and (paths.valid_to is null or members.valid_to <= paths.valid_to)
            and (members.valid_to is null or members.valid_to > paths.valid_from)
),

sharers as (
    select
        members.programme_id,
        members.member_id,
        members.valid_from
    from members
    inner join edges
        on
            members.programme_id = edges.programme_id
            and members.member_id = edges.parent_member_id
            and (members.valid_to is null or members.valid_to > edges.valid_from)
            and (edges.valid_to is null or members.valid_from < edges.valid_to)
    group by members.programme_id, members.member_id, members.valid_from
),

placed as (
    select
        under.member_id,
        under.programme_id,
        under.valid_from,
        under.valid_to,
        under.customer_id,
        under.parent_member_id,
        under.level_code,
        case
            when not under.is_active then null
            when listed.role is not null then listed.role
            when sharers.member_id is not null then 'sharer'
            else 'customer'
        end as role,
        case
            when under.is_active
                then coalesce(
                    tops.customer_id, above.top_member_id, under.customer_id
                )
        end as organiser_id,
        under.is_active,
        under.event,
        under.tool,
        under.fee_amount,
        under.purchase_amount,
        under.currency,
        under.load_seq,
        under.source_ref
    from under
    left join above
        on
            under.programme_id = above.programme_id
            and under.member_id = above.member_id
            and under.valid_from = above.valid_from
            and above.top_no = 1
    left join refs as tops on above.top_member_id = tops.customer_ref
    left join sharers
        on
            under.programme_id = sharers.programme_id
            and under.member_id = sharers.member_id
            and under.valid_from = sharers.valid_from
    left join listed
        on
            under.programme_id = listed.programme_id
            and under.level_code = listed.level_code
            and {{ holds_on(
                'under.last_date', 'listed.valid_from', 'listed.valid_to'
            ) }}
)

select * from placed
