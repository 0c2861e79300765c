with

observed as (
    select * from {{ ref('int_search_index_unioned') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by platform_id, keyword, index_date
            order by load_seq desc, source_rank asc, source_ref desc
        ) as version_no
    from observed
),

indexed as (
    select
        platform_id,
        keyword,
        index_date,
        index_value,
        popularity_value,
        index_version,
        load_seq,
        source_ref
    from versions
    where version_no = 1
)

select * from indexed
