with recursive

category_map as (
    select * from {{ ref('category_map') }}
),

observed as (
    select * from {{ ref('int_categories_unioned') }}
),

listings as (
    select * from {{ ref('dim_listings') }}
),

platform_versions as (
    select
        platform_category_id,
        parent_id,
        name,
        row_number() over (
            partition by platform_category_id
            order by observed_at desc, source_rank asc, load_seq desc, source_ref desc
        ) as version_no
    from observed
),

mapped_versions as (
    select
        category_id,
        parent_category_id,
        category_name_zh,
        category_name_en,
        row_number() over (
            partition by category_id
            order by
                valid_from desc,
                load_seq desc,
                platform_category_id asc,
                source_ref desc
        ) as version_no
    from category_map
),

-- the narrowest statement on a category comes first
stated as (
    select
        category_id,
        parent_category_id as parent_id,
        category_name_zh as name_zh,
        category_name_en as name_en,
        1 as way
    from mapped_versions
    where version_no = 1
    union all
    select
        platform_category_id as category_id,
        parent_id,
        name as name_zh,
        null as name_en,
        2 as way
    from platform_versions
    where version_no = 1
    union all
    select distinct
        parent_category_id as category_id,
        null as parent_id,
        null as name_zh,
        null as name_en,
        3 as way
    from mapped_versions
    where parent_category_id is not null
    union all
    select distinct
        parent_id as category_id,
        null as parent_id,
        null as name_zh,
        null as name_en,
        3 as way
    from platform_versions
    where parent_id is not null
    union all
    select distinct
        category_id,
        null as parent_id,
        null as name_zh,
        null as name_en,
        4 as way
    from listings
    where category_id is not null
    union all
    select
        'unknown' as category_id,
        null as parent_id,
        '未知类目' as name_zh,
        'Unknown category' as name_en,
        5 as way
),

ranked as (
    select
        category_id,
        -- no node is its own parent
        case when parent_id <> category_id then parent_id end as parent_id,
        name_zh,
        name_en,
        row_number() over (partition by category_id order by way) as choice_no
    from stated
),

nodes as (
    select
        category_id,
        parent_id,
        name_zh,
        name_en
    from ranked
    where choice_no = 1
),

placed as (
    select
        category_id,
        1 as level,
        cast(category_id as {{ dbt.type_string() }}) as path
    from nodes
    where parent_id is null
    union all
    select
        nodes.category_id,
        placed.level + 1 as level,
        placed.path || '/' || nodes.category_id as path
    from nodes
    inner join placed on nodes.parent_id = placed.category_id
    -- deeper than any real tree
    where placed.level < 20
),

categories as (
    select
        nodes.category_id,
        nodes.parent_id,
        placed.level,
        coalesce(placed.path, nodes.category_id) as path,
        coalesce(nodes.name_zh, nodes.name_en, nodes.category_id) as name_zh,
        coalesce(nodes.name_en, nodes.name_zh, nodes.category_id) as name_en
    from nodes
    left join placed on nodes.category_id = placed.category_id
)

select * from categories
