{{ config(materialized='view') }}

with

paths as (
    select * from {{ ref('int_referral_paths') }}
),

members as (
    select * from {{ ref('int_members_levelled') }}
),

programmes as (
    select * from {{ ref('dim_programmes') }}
),

{{ month_ends_of_programmes() }},

closure as (
    select
        month_ends.programme_id,
        month_ends.as_of_date,
        paths.ancestor_member_id,
        paths.descendant_member_id,
        paths.depth
    from month_ends
    inner join paths
        on
            month_ends.programme_id = paths.programme_id
            and {{ holds_at('month_ends.ends_at', 'paths') }}
    union all
    select
        month_ends.programme_id,
        month_ends.as_of_date,
        members.member_id as ancestor_member_id,
        members.member_id as descendant_member_id,
        0 as depth
    from month_ends
    inner join members
        on
            month_ends.programme_id = members.programme_id
            and {{ holds_at('month_ends.ends_at', 'members') }}
            and members.is_active
)

select * from closure
