{#
    How much of a category was seen, from two passes over it made independently (two
    sorted lists): Chapman's estimate (Chapman 1951, Univ. Calif. Publ. Statist. 1) and
    its standard error (Seber 1970). One pass tells nothing.
#}
with

category_units as (
    select * from {{ ref('agg_category_units_monthly') }}
    where expected_days > 0
),

ancestors as (
    select * from {{ ref('int_category_ancestors') }}
),

passes as (
    select * from {{ ref('int_listing_passes_monthly') }}
),

placed as (
    select
        category_units.platform_id,
        ancestors.ancestor_id as category_id,
        category_units.month_date,
        category_units.sales_unit_id
    from category_units
    inner join ancestors on category_units.category_id = ancestors.category_id
    group by
        category_units.platform_id,
        ancestors.ancestor_id,
        category_units.month_date,
        category_units.sales_unit_id
),

seen as (
    select
        platform_id,
        category_id,
        month_date,
        count(*) as seen_count
    from placed
    group by platform_id, category_id, month_date
),

met as (
    select
        placed.platform_id,
        placed.category_id,
        placed.month_date,
        placed.sales_unit_id,
        passes.rank_list
    from placed
    inner join passes
        on
            placed.sales_unit_id = passes.sales_unit_id
            and placed.month_date = passes.month_date
),

lists as (
    select
        platform_id,
        category_id,
        month_date,
        rank_list,
        row_number() over (
            partition by platform_id, category_id, month_date
            order by count(*) desc, rank_list asc
        ) as list_no
    from met
    group by platform_id, category_id, month_date, rank_list
),

caught as (
    select
        met.platform_id,
        met.category_id,
        met.month_date,
        met.sales_unit_id,
        max(case when lists.list_no = 1 then 1 else 0 end) as is_first,
        max(case when lists.list_no = 2 then 1 else 0 end) as is_second
    from met
    inner join lists
        on
            met.platform_id = lists.platform_id
            and met.category_id = lists.category_id
            and met.month_date = lists.month_date
            and met.rank_list = lists.rank_list
    group by met.platform_id, met.category_id, met.month_date, met.sales_unit_id
),

counted as (
    select
        platform_id,
        category_id,
        month_date,
        cast(sum(is_first) as numeric) as first_count,
        cast(sum(is_second) as numeric) as second_count,
        cast(sum(is_first * is_second) as numeric) as both_count
    from caught
    group by platform_id, category_id, month_date
    having sum(is_second) > 0
),

estimated as (
    select
        *,
        (first_count + 1) * (second_count + 1) / (both_count + 1) - 1
            as listing_count_est,
        sqrt(
            (first_count + 1) * (second_count + 1)
            * (first_count - both_count) * (second_count - both_count)
            / ((both_count + 1) * (both_count + 1) * (both_count + 2))
        ) as standard_error
    from counted
),

frames as (
    select
        estimated.platform_id,
        estimated.category_id,
        estimated.month_date,
        cast(seen.seen_count as bigint) as seen_count,
        cast(estimated.first_count as bigint) as first_count,
        cast(estimated.second_count as bigint) as second_count,
        cast(estimated.both_count as bigint) as both_count,
        estimated.listing_count_est,
        estimated.standard_error,
        least(1, seen.seen_count / estimated.listing_count_est) as frame_share,
        greatest(
            1,
            (estimated.listing_count_est + 1.96 * estimated.standard_error)
            / seen.seen_count
        ) as market_hi_ratio
    from estimated
    inner join seen
        on
            estimated.platform_id = seen.platform_id
            and estimated.category_id = seen.category_id
            and estimated.month_date = seen.month_date
)

select * from frames
