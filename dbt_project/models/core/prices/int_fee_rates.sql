with

kept as (
    select * from {{ reference_rows('platform_fees') }} as kept
),

fees as (
    select
        platform_id,
        shop_id,
        coalesce(category_id, 'all') as category_id_or_all,
        fee_kind,
        valid_from,
        {{ earlier_end('valid_to', 'closed_date') }} as stated_valid_to,
        coalesce(fee_rate, 0) as fee_rate
    from kept
),

followed as (
    select
        *,
        lead(valid_from) over (
            partition by platform_id, shop_id, category_id_or_all, fee_kind
            order by valid_from
        ) as next_valid_from
    from fees
),

rates as (
    select
        platform_id,
        shop_id,
        category_id_or_all,
        fee_kind,
        valid_from,
        {{ earlier_end('stated_valid_to', 'next_valid_from') }} as valid_to,
        fee_rate
    from followed
)

select * from rates
