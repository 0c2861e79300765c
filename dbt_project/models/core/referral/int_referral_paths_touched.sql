{#- The members whose way up may be another now: those with a touched edge and, as the
    build before left it, all below them. -#}
{%- set paths = standing('int_referral_paths') %}

with

refs as (
    select * from {{ ref('int_customer_refs_touched') }}
),

edges as (
    select * from {{ ref('fct_referral_edges') }}
),

cycles as (
    select * from {{ ref('int_referral_cycles') }}
),

members as (
    {{ touched_in('members', 'member_ref') }}
),

claims as (
    select * from {{ ref('int_customer_claims') }}
),

moved as (
    select member_ref as member_id
    from members
    union
    select refs.customer_ref as member_id
    from refs
    inner join claims on refs.customer_ref = claims.customer_ref
    union
    select child_member_id as member_id
    from cycles
),

touched as (
    select member_id
    from moved
    {% if paths -%}
    union
    select paths.descendant_member_id as member_id
    from {{ paths }} as paths
    inner join moved on paths.ancestor_member_id = moved.member_id
    union
    select paths.descendant_member_id as member_id
    from {{ paths }} as paths
    left join edges
        on
            paths.programme_id = edges.programme_id
            and paths.descendant_member_id = edges.child_member_id
    where edges.child_member_id is null
    {%- endif %}
)

select * from touched
