{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=[
        'programme_id', 'descendant_member_id', 'ancestor_member_id', 'valid_from',
    ],
    touched={
        'model': 'int_referral_paths_touched',
        'columns': ['descendant_member_id'],
        'listed_as': ['member_id'],
    },
) }}

with recursive

edges as (
    select * from {{ ref('fct_referral_edges') }}
),

starts as (
    {{ touched_rows(
        'fct_referral_edges', ['child_member_id'],
        among='int_referral_paths_touched', listed_as=['member_id']
    ) }}
),

-- a way up lasts while each of its edges does
climbed as (
    select
        programme_id,
        child_member_id as descendant_member_id,
        parent_member_id as ancestor_member_id,
        1 as depth,
        valid_from,
        valid_to
    from starts
    union all
    select
        climbed.programme_id,
        climbed.descendant_member_id,
        edges.parent_member_id as ancestor_member_id,
        climbed.depth + 1 as depth,
        greatest(climbed.valid_from, edges.valid_from) as valid_from,
        {{ earlier_end('climbed.valid_to', 'edges.valid_to') }} as valid_to
    from climbed
    inner join edges
        on
            climbed.programme_id = edges.programme_id
            and climbed.ancestor_member_id = edges.child_member_id
            and (edges.valid_to is null or climbed.valid_from < edges.valid_to)
            and (climbed.valid_to is null or climbed.valid_to > edges.valid_from)
    where climbed.depth < 60
)

select * from climbed
