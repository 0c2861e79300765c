with

kept as (
    select * from {{ reference_rows('category_map') }} as kept
),

dated as (
    select
        platform_id,
        platform_category_id,
        category_id,
        valid_from,
        {{ earlier_end('valid_to', 'closed_date') }} as stated_valid_to,
        coalesce(weight, 1) as weight,
        confidence,
        parent_category_id,
        category_name_zh,
        category_name_en,
        load_seq,
        source_ref
    from kept
),

-- a newer set of targets replaces the older set of a platform category
sets as (
    select
        platform_category_id,
        valid_from,
        lead(valid_from) over (
            partition by platform_category_id order by valid_from
        ) as next_valid_from
    from dated
    group by platform_category_id, valid_from
),

mapped as (
    select
        dated.platform_id,
        dated.platform_category_id,
        dated.category_id,
        dated.valid_from,
        {{ earlier_end('dated.stated_valid_to', 'sets.next_valid_from') }} as valid_to,
        dated.weight,
        dated.confidence,
        dated.parent_category_id,
        dated.category_name_zh,
        dated.category_name_en,
        row_number() over (
            partition by dated.platform_category_id, dated.valid_from
            order by dated.weight desc, dated.confidence desc, dated.category_id asc
        ) as choice_no,
        dated.load_seq,
        dated.source_ref
    from dated
    inner join sets
        on
            dated.platform_category_id = sets.platform_category_id
            and dated.valid_from = sets.valid_from
)

select * from mapped
