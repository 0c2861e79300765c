with

kept as (
    select * from {{ reference_rows('sku_classes') }} as kept
),

followed as (
    select
        sku_id,
        sku_class,
        valid_from,
        {{ earlier_end('valid_to', 'closed_date') }} as stated_valid_to,
        lead(valid_from) over (
            partition by sku_id order by valid_from
        ) as next_valid_from
    from kept
),

classes as (
    select
        sku_id,
        sku_class,
        valid_from,
        {{ earlier_end('stated_valid_to', 'next_valid_from') }} as valid_to
    from followed
)

select * from classes
