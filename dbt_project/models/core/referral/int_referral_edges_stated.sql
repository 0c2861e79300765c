{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['child_member_id', 'programme_id', 'valid_from'],
    touched={
        'model': 'int_customer_refs_touched',
        'columns': ['child_member_id'],
        'listed_as': ['customer_ref'],
    },
) }}

with

touched as (
    select * from {{ ref('int_customer_refs_touched') }}
),

events as (
    {{ touched_rows(
        'int_members_unioned',
        ['member_ref'],
        within='touched',
        listed_as=['customer_ref']
    ) }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by record_key
            order by source_rank asc, load_seq desc, source_ref desc
        ) as version_no
    from events
),

-- what an event says about the parent; an invitation alone says nothing yet
stated as (
    select
        *,
        case
            when event = 'left' then null
            when event = 'level_changed' then parent_ref
            else coalesce(parent_ref, inviter_ref)
        end as parent_member_id
    from versions
    where
        version_no = 1
        and (
            event in ('left', 'moved')
            or (
                event in ('accepted', 'joined')
                and coalesce(parent_ref, inviter_ref) is not null
            )
            or (event = 'level_changed' and parent_ref is not null)
        )
),

-- nobody refers himself, not under another name either
apart as (
    select
        stated.*,
        children.customer_id as child_customer_id
    from stated
    inner join refs as children on stated.member_ref = children.customer_ref
    left join refs as parents on stated.parent_member_id = parents.customer_ref
    where
        stated.parent_member_id is null
        or coalesce(parents.customer_id, stated.parent_member_id)
        <> children.customer_id
),

-- the last word of a moment counts
moments as (
    select
        *,
        row_number() over (
            partition by member_ref, programme_id, occurred_at
            order by
                case event
                    when 'moved' then 1
                    when 'left' then 2
                    when 'joined' then 3
                    when 'accepted' then 4
                    else 5
                end,
                record_key
        ) as word_no
    from apart
),

followed as (
    select
        *,
        lag(parent_member_id) over member_history as previous_parent_id,
        lag(event) over member_history as previous_event
    from moments
    where word_no = 1
    window member_history as (
        partition by member_ref, programme_id order by occurred_at
    )
),

changes as (
    select
        *,
        lead(occurred_at) over (
            partition by member_ref, programme_id order by occurred_at
        ) as valid_to
    from followed
    where
        previous_event is null
        or previous_parent_id is distinct from parent_member_id
),

edges as (
    select
        member_ref as child_member_id,
        programme_id,
        occurred_at as valid_from,
        valid_to,
        parent_member_id,
        child_customer_id,
        tool,
        campaign_id,
        invite_id,
        load_seq,
        source_ref
    from changes
    where parent_member_id is not null
)

select * from edges
