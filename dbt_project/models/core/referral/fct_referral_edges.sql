{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['child_member_id', 'programme_id', 'valid_from'],
    touched={'all': true},
) }}

with

edges as (
    select * from {{ ref('int_referral_edges_stated') }}
),

cycles as (
    select * from {{ ref('int_referral_cycles') }}
),

whole as (
    select edges.*
    from edges
    left join cycles
        on
            edges.programme_id = cycles.programme_id
            and edges.child_member_id = cycles.child_member_id
            and edges.valid_from = cycles.valid_from
    where cycles.child_member_id is null
)

select * from whole
