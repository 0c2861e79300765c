{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['member_id', 'programme_id', 'valid_from'],
    touched={
        'model': 'int_customer_refs_touched',
        'columns': ['member_id'],
        'listed_as': ['customer_ref'],
    },
) }}

with

records as (
    {{ touched_rows(
        'int_members_unioned', ['member_ref'],
        among='int_customer_refs_touched', listed_as=['customer_ref']
    ) }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

{{ newest_records('records') }},

-- the last word of a moment counts; an invitation makes nobody a member
moments as (
    select
        *,
        row_number() over (
            partition by member_ref, programme_id, occurred_at
            order by
                case event when 'level_changed' then 1 when 'moved' then 2 else 3 end,
                event,
                record_key
        ) as word_no
    from newest
    where event <> 'invited'
),

-- a level holds until the next one is stated
numbered as (
    select
        *,
        count(level) over (
            partition by member_ref, programme_id order by occurred_at
        ) as level_no,
        lead(occurred_at) over (
            partition by member_ref, programme_id order by occurred_at
        ) as valid_to
    from moments
    where word_no = 1
),

levelled as (
    select
        *,
        max(level) over (
            partition by member_ref, programme_id, level_no
        ) as level_code
    from numbered
),

members as (
    select
        levelled.member_ref as member_id,
        levelled.programme_id,
        levelled.occurred_at as valid_from,
        levelled.valid_to,
        refs.customer_id,
        levelled.level_code,
        levelled.event <> 'left' as is_active,
        levelled.event,
        levelled.tool,
        levelled.fee_amount,
        levelled.purchase_amount,
        levelled.currency,
        levelled.load_seq,
        levelled.source_ref
    from levelled
    inner join refs on levelled.member_ref = refs.customer_ref
)

select * from members
