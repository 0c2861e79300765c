{#- Edges that lead back to where they start, also to the same person under another
    name. On a cycle at least one parent became a child no earlier than their own child
    did, so that a climb from such edges alone finds every cycle. -#}

with recursive

edges as (
    select * from {{ ref('int_referral_edges_stated') }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

people as (
    select
        edges.*,
        coalesce(refs.customer_id, edges.parent_member_id) as parent_customer_id
    from edges
    left join refs on edges.parent_member_id = refs.customer_ref
),

starts as (
    select people.*
    from people
    inner join edges
        on
            people.programme_id = edges.programme_id
            and people.parent_member_id = edges.child_member_id
            and people.valid_from <= edges.valid_from
            and (people.valid_to is null or people.valid_to > edges.valid_from)
),

climbed as (
    select
        programme_id,
        child_member_id as start_member_id,
        child_customer_id as start_customer_id,
        valid_from as start_valid_from,
        child_member_id,
        parent_member_id,
        parent_customer_id,
        valid_from as edge_valid_from,
        valid_from,
        valid_to,
        1 as depth
    from starts
    union all
    select
        climbed.programme_id,
        climbed.start_member_id,
        climbed.start_customer_id,
        climbed.start_valid_from,
        people.child_member_id,
        people.parent_member_id,
        people.parent_customer_id,
        people.valid_from as edge_valid_from,
        greatest(climbed.valid_from, people.valid_from) as valid_from,
        {{ earlier_end('climbed.valid_to', 'people.valid_to') }} as valid_to,
        climbed.depth + 1 as depth
    from climbed
    inner join people
        on
            climbed.programme_id = people.programme_id
            and climbed.parent_member_id = people.child_member_id
            and (people.valid_to is null or climbed.valid_from < people.valid_to)
            and (climbed.valid_to is null or climbed.valid_to > people.valid_from)
    where
        climbed.depth < 60
        and climbed.parent_customer_id <> climbed.start_customer_id
),

closed as (
    select
        programme_id,
        start_member_id,
        start_valid_from
    from climbed
    where parent_customer_id = start_customer_id
    group by programme_id, start_member_id, start_valid_from
),

cycles as (
    select
        climbed.programme_id,
        climbed.child_member_id,
        climbed.edge_valid_from as valid_from
    from climbed
    inner join closed
        on
            climbed.programme_id = closed.programme_id
            and climbed.start_member_id = closed.start_member_id
            and climbed.start_valid_from = closed.start_valid_from
    group by
        climbed.programme_id, climbed.child_member_id, climbed.edge_valid_from
)

select * from cycles
