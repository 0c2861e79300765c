{{ config(materialized='view') }}

with recursive

programmes as (
    select * from {{ ref('dim_programmes') }}
),

edges as (
    select * from {{ ref('fct_referral_edges') }}
),

paths as (
    select * from {{ ref('int_referral_paths') }}
),

leavers as (
    select * from {{ ref('int_paid_leavers') }}
),

{{ month_ends_of_programmes() }},

-- who has nobody above at the end of the month, and all below
trees as (
    select
        month_ends.programme_id,
        month_ends.as_of_date,
        paths.ancestor_member_id as root_member_id,
        paths.descendant_member_id as member_id,
        paths.depth
    from month_ends
    inner join paths
        on
            month_ends.programme_id = paths.programme_id
            and {{ holds_at('month_ends.ends_at', 'paths') }}
    left join edges
        on
            paths.programme_id = edges.programme_id
            and paths.ancestor_member_id = edges.child_member_id
            and {{ holds_at('month_ends.ends_at', 'edges') }}
    where edges.child_member_id is null
),

roots as (
    select
        programme_id,
        as_of_date,
        root_member_id
    from trees
    group by programme_id, as_of_date, root_member_id
),

-- a root that left and is still paid stands where it stood, with all below
hung as (
    select
        leavers.programme_id,
        leavers.as_of_date,
        leavers.member_id as root_member_id,
        coalesce(trees.root_member_id, leavers.parent_member_id) as top_member_id,
        1 + coalesce(trees.depth, 0) as depth
    from leavers
    inner join roots
        on
            leavers.programme_id = roots.programme_id
            and leavers.as_of_date = roots.as_of_date
            and leavers.member_id = roots.root_member_id
    left join trees
        on
            leavers.programme_id = trees.programme_id
            and leavers.as_of_date = trees.as_of_date
            and leavers.parent_member_id = trees.member_id
),

ways as (
    select
        *,
        1 as hops
    from hung
    union all
    select
        ways.programme_id,
        ways.as_of_date,
        ways.root_member_id,
        hung.top_member_id,
        ways.depth + hung.depth as depth,
        ways.hops + 1 as hops
    from ways
    inner join hung
        on
            ways.programme_id = hung.programme_id
            and ways.as_of_date = hung.as_of_date
            and ways.top_member_id = hung.root_member_id
    where ways.hops < 60 and ways.top_member_id <> ways.root_member_id
),

-- roots that hang below each other have no top: each keeps a tree of its own
circular as (
    select
        programme_id,
        as_of_date,
        root_member_id
    from ways
    where top_member_id = root_member_id
    group by programme_id, as_of_date, root_member_id
),

-- the way ends at the first root that hangs nowhere, or below itself
ended as (
    select
        ways.programme_id,
        ways.as_of_date,
        ways.root_member_id,
        ways.top_member_id,
        ways.depth,
        row_number() over (
            partition by ways.programme_id, ways.as_of_date, ways.root_member_id
            order by ways.hops
        ) as end_no
    from ways
    left join hung
        on
            ways.programme_id = hung.programme_id
            and ways.as_of_date = hung.as_of_date
            and ways.top_member_id = hung.root_member_id
    left join circular as tops
        on
            ways.programme_id = tops.programme_id
            and ways.as_of_date = tops.as_of_date
            and ways.top_member_id = tops.root_member_id
    left join circular as own
        on
            ways.programme_id = own.programme_id
            and ways.as_of_date = own.as_of_date
            and ways.root_member_id = own.root_member_id
    where
        own.root_member_id is null
        and (hung.root_member_id is null or tops.root_member_id is not null)
),

joined as (
    select
        programme_id,
        as_of_date,
        top_member_id,
        root_member_id,
        depth
    from ended
    where end_no = 1
),

whole as (
    select
        trees.programme_id,
        trees.as_of_date,
        coalesce(joined.top_member_id, trees.root_member_id) as root_member_id,
        trees.member_id,
        trees.depth + coalesce(joined.depth, 0) as depth
    from trees
    left join joined
        on
            trees.programme_id = joined.programme_id
            and trees.as_of_date = joined.as_of_date
            and trees.root_member_id = joined.root_member_id
    union all
    select
        programme_id,
        as_of_date,
        top_member_id as root_member_id,
        root_member_id as member_id,
        depth
    from joined
)

select * from whole
