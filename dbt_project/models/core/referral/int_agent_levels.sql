with

kept as (
    select * from {{ reference_rows('agent_levels') }} as kept
),

followed as (
    select
        *,
        lead(valid_from) over (
            partition by programme_id, level_code order by valid_from
        ) as next_valid_from
    from kept
),

versions as (
    select
        programme_id,
        level_code,
        valid_from,
        {{ earlier_end(
            earlier_end('valid_to', 'closed_date'), 'next_valid_from'
        ) }} as valid_to,
        level_no,
        name,
        commission_rate,
        role
    from followed
)

select * from versions
