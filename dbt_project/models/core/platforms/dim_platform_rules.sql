with

shipped as (
    select * from {{ ref('platform_rules') }}
),

kept as (
    select * from {{ reference_rows('platform_rules') }} as kept
),

rules as (
    select
        rule_id,
        platform_id,
        valid_from,
        {{ earlier_end('valid_to', 'closed_date') }} as valid_to,
        value_number,
        value_text,
        rule_source
    from kept
    union all
    select
        rule_id,
        platform_id,
        valid_from,
        valid_to,
        value_number,
        value_text,
        rule_source
    from shipped
    where (rule_id, platform_id, valid_from) not in (
        select rule_id, platform_id, valid_from from kept
    )
),

followed as (
    select
        *,
        lead(valid_from) over (
            partition by rule_id, platform_id order by valid_from
        ) as next_valid_from
    from rules
),

versions as (
    select
        rule_id,
        platform_id,
        valid_from,
        {{ earlier_end('valid_to', 'next_valid_from') }} as valid_to,
        value_number,
        value_text,
        rule_source
    from followed
)

select * from versions
