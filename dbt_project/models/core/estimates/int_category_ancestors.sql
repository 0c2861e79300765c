{# One row per category and category above it, itself included (distance 0). #}
with recursive

categories as (
    select * from {{ ref('dim_categories') }}
),

ancestors as (
    select
        category_id,
        category_id as ancestor_id,
        parent_id,
        0 as distance
    from categories
    union all
    select
        ancestors.category_id,
        categories.category_id as ancestor_id,
        categories.parent_id,
        ancestors.distance + 1 as distance
    from ancestors
    inner join categories on ancestors.parent_id = categories.category_id
    -- deeper than any real tree
    where ancestors.distance < 20
),

-- in a ring of parents a category is above another once
nearest as (
    select
        category_id,
        ancestor_id,
        min(distance) as distance
    from ancestors
    group by category_id, ancestor_id
)

select * from nearest
