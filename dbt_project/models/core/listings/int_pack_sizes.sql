{#
    How much of what one pack holds, so that prices of different packs compare. The
    seller's cost files say it; else the title, where it names exactly one size. 5g and
    128g are left alone: on phones they are no weight.
#}
{%- set size = '[0-9]+(?:[.][0-9]+)?(?:毫升|ml|升|公斤|千克|kg|克|g|片|抽|粒|支)' -%}
{%- set packs = '[*x×][0-9]+' -%}
with

costs as (
    select * from {{ reference_rows('costs') }} as kept
    where unit_size > 0
),

skus as (
    select * from {{ ref('int_skus_named') }}
),

versions as (
    select * from {{ ref('int_listing_versions') }}
),

subjects as (
    select
        coalesce(costs.sku_id, skus.sku_id, costs.listing_id) as subject_id,
        costs.unit_size,
        costs.unit_name,
        row_number() over (
            partition by coalesce(costs.sku_id, skus.sku_id, costs.listing_id)
            order by
                costs.valid_from desc, costs.load_seq desc, costs.source_ref asc
        ) as choice_no
    from costs
    left join skus
        on
            costs.seller_sku = skus.seller_sku
            and costs.sku_id is null
            and costs.listing_id is null
    where coalesce(costs.sku_id, skus.sku_id, costs.listing_id) is not null
),

stated as (
    select
        subject_id,
        unit_size,
        unit_name
    from subjects
    where choice_no = 1
),

titled as (
    select
        listing_id,
        {{ plain_text('title') }} as title,
        row_number() over (
            partition by listing_id order by valid_from desc
        ) as choice_no
    from versions
    where title is not null
),

found as (
    select
        listing_id,
        {{ first_match('title', size ~ '(?:' ~ packs ~ ')?') }} as size_text,
        length({{ replace_matches('title', '¤', '') }}) as length_before,
        length({{ replace_matches(
            replace_matches('title', '¤', ''), size, ''
        ) }}) as length_after,
        length({{ first_match('title', size) }}) as size_length
    from titled
    where choice_no = 1
),

parts as (
    select
        listing_id,
        cast({{ first_match('size_text', '[0-9]+(?:[.][0-9]+)?') }} as numeric) as size,
        {{ first_match(
            'size_text', '毫升|ml|升|公斤|千克|kg|克|g|片|抽|粒|支'
        ) }} as unit,
        coalesce(
            cast({{ first_match(
                first_match('size_text', packs), '[0-9]+'
            ) }} as numeric),
            1
        ) as packs
    from found
    -- one size and no more
    where length_before - length_after = size_length
),

read_in_titles as (
    select
        listing_id,
        size * packs
        * case when unit in ('升', '公斤', '千克', 'kg') then 1000 else 1 end
            as unit_size,
        case
            when unit in ('毫升', 'ml', '升') then 'ml'
            when unit in ('公斤', '千克', 'kg', '克', 'g') then 'g'
            else 'piece'
        end as unit_name
    from parts
    where
        size > 0
        and packs > 0
        and not (
            unit = 'g'
            and size in (1, 2, 3, 4, 5, 6, 8, 16, 32, 64, 128, 256, 512)
        )
),

sizes as (
    select
        subject_id,
        unit_size,
        unit_name
    from stated
    union all
    select
        listing_id as subject_id,
        unit_size,
        unit_name
    from read_in_titles
    where listing_id not in (select stated.subject_id from stated)
)

select * from sizes
