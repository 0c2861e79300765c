{{ config(materialized='view') }}

with

programmes as (
    select * from {{ ref('dim_programmes') }}
),

edges as (
    select * from {{ ref('fct_referral_edges') }}
),

members as (
    select * from {{ ref('int_members_levelled') }}
),

commissions as (
    select * from {{ ref('fct_commissions') }}
    where status <> 'disputed' and amount_original > 0
),

{{ month_ends_of_programmes() }},

-- the time away of those who left somebody
away as (
    select
        members.programme_id,
        members.member_id,
        edges.parent_member_id,
        members.valid_from,
        members.valid_to
    from members
    inner join edges
        on
            members.programme_id = edges.programme_id
            and members.member_id = edges.child_member_id
            and members.valid_from = edges.valid_to
    where members.event = 'left'
),

-- what is paid late for sales from before does not count
paid as (
    select
        month_ends.programme_id,
        month_ends.as_of_date,
        away.member_id,
        away.parent_member_id
    from month_ends
    inner join away
        on
            month_ends.programme_id = away.programme_id
            and {{ holds_at('month_ends.ends_at', 'away') }}
    inner join commissions
        on
            away.programme_id = commissions.programme_id
            and away.member_id = commissions.payee_member_id
            and away.valid_from < commissions.occurred_at
            and month_ends.ends_at > commissions.occurred_at
            and {{ dbt.dateadd('month', -12, 'month_ends.ends_at') }}
            <= commissions.occurred_at
            and coalesce(commissions.sales_date, commissions.occurred_date)
            >= {{ local_date('away.valid_from', 'month_ends.time_zone') }}
    group by
        month_ends.programme_id,
        month_ends.as_of_date,
        away.member_id,
        away.parent_member_id
)

select * from paid
