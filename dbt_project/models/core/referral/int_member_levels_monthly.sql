with

programmes as (
    select * from {{ ref('dim_programmes') }}
),

members as (
    select * from {{ ref('int_members_levelled') }}
),

paths as (
    select * from {{ ref('int_referral_paths') }}
),

listed as (
    select * from {{ ref('int_agent_levels') }}
),

{{ month_ends_of_programmes() }},

-- whether a stretch begins a membership or ends one
followed as (
    select
        *,
        coalesce(
            lag(is_active) over (
                partition by member_id, programme_id order by valid_from
            ),
            false
        ) as was_active
    from members
),

turned as (
    select
        followed.programme_id,
        followed.member_id,
        month_ends.month_date,
        sum(case when followed.is_active and not followed.was_active then 1 else 0 end)
            as joins,
        sum(case when followed.was_active and not followed.is_active then 1 else 0 end)
            as leaves
    from followed
    inner join month_ends
        on
            followed.programme_id = month_ends.programme_id
            and {{ month_of(local_date(
                'followed.valid_from', 'month_ends.time_zone'
            )) }} = month_ends.month_date
    where followed.is_active <> followed.was_active
    group by followed.programme_id, followed.member_id, month_ends.month_date
),

standing as (
    select
        month_ends.programme_id,
        month_ends.month_date,
        month_ends.as_of_date,
        followed.member_id,
        followed.level_code,
        followed.is_active
    from month_ends
    inner join followed
        on
            month_ends.programme_id = followed.programme_id
            and {{ holds_at('month_ends.ends_at', 'followed') }}
),

-- a member has as many above as it is deep
depths as (
    select
        month_ends.programme_id,
        month_ends.month_date,
        paths.descendant_member_id as member_id,
        max(paths.depth) as depth
    from month_ends
    inner join paths
        on
            month_ends.programme_id = paths.programme_id
            and {{ holds_at('month_ends.ends_at', 'paths') }}
    group by
        month_ends.programme_id, month_ends.month_date, paths.descendant_member_id
),

levelled as (
    select
        standing.programme_id,
        standing.member_id,
        standing.month_date,
        standing.is_active,
        coalesce(turned.joins, 0) as joins,
        coalesce(turned.leaves, 0) as leaves,
        cast(coalesce(depths.depth, 0) + 1 as bigint) as tree_depth,
        cast(coalesce(listed.level_no, 0) as bigint) as agent_rank
    from standing
    left join turned
        on
            standing.programme_id = turned.programme_id
            and standing.member_id = turned.member_id
            and standing.month_date = turned.month_date
    left join depths
        on
            standing.programme_id = depths.programme_id
            and standing.member_id = depths.member_id
            and standing.month_date = depths.month_date
    left join listed
        on
            standing.programme_id = listed.programme_id
            and standing.level_code = listed.level_code
            and {{ holds_on(
                'standing.as_of_date', 'listed.valid_from', 'listed.valid_to'
            ) }}
)

select * from levelled
