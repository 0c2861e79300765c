{{ config(
    indexes=[
        {
            'columns': [
                'platform_id', 'category_id', 'month_date', 'level', 'measure',
            ],
            'unique': true,
        },
        {'columns': ['category_id', 'month_date']},
    ],
) }}

with

category_units as (
    select * from {{ ref('agg_category_units_monthly') }}
    where expected_days > 0 and units_est is not null
),

ancestors as (
    select * from {{ ref('int_category_ancestors') }}
),

frames as (
    select * from {{ ref('agg_category_frames_monthly') }}
),

rules as (
    select * from {{ ref('dim_platform_rules') }}
    where rule_id in ('hhi_high', 'hhi_moderate')
),

placed as (
    select
        category_units.*,
        ancestors.ancestor_id
    from category_units
    inner join ancestors on category_units.category_id = ancestors.category_id
),

-- a listing without a brand is a brand of its own
players as (
    {% for level, player in [
        ('shop', 'shop_id'), ('brand', 'brand_id'), ('listing', 'sales_unit_id'),
    ] %}
    {%- for measure in ['gmv', 'units'] %}
    select
        platform_id,
        ancestor_id as category_id,
        month_date,
        '{{ level }}' as level,
        '{{ measure }}' as measure,
        coalesce({{ player }}, sales_unit_id) as player_id,
        sum({{ measure }}_lo) as value_lo,
        sum({{ measure }}_est) as value_est,
        sum({{ measure }}_hi) as value_hi,
        max(case when is_partial then 1 else 0 end) as partial
    from placed
    where {{ measure }}_est is not null
    group by
        platform_id, ancestor_id, month_date, coalesce({{ player }}, sales_unit_id)
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

ordered as (
    select
        *,
        row_number() over (
            partition by platform_id, category_id, month_date, level, measure
            order by value_est desc, player_id asc
        ) as place_no,
        count(*) over (
            partition by platform_id, category_id, month_date, level, measure
        ) as player_count,
        value_est / nullif(
            sum(value_est) over (
                partition by platform_id, category_id, month_date, level, measure
            ),
            0
        ) as share
    from players
),

totals as (
    select
        platform_id,
        category_id,
        month_date,
        level,
        measure,
        max(player_count) as player_count,
        {%- for k in [1, 4, 8, 10] %}
        sum(case when place_no <= {{ k }} then share end) as cr{{ k }},
        {%- endfor %}
        sum(case when place_no <= 10 then value_lo else 0 end) as top_lo,
        sum(case when place_no <= 10 then value_hi else 0 end) as top_hi,
        sum(case when place_no > 10 then value_lo else 0 end) as rest_lo,
        sum(case when place_no > 10 then value_hi else 0 end) as rest_hi,
        sum(10000 * share * share) as hhi,
        min(100 * share) as smallest_share,
        -- ascending places: the largest is player_count
        sum((2 * (player_count - place_no + 1) - player_count - 1) * share)
        / max(player_count) as gini,
        max(partial) = 1 as is_partial
    from ordered
    group by platform_id, category_id, month_date, level, measure
),

framed as (
    select
        totals.*,
        coalesce(frames.frame_share, 1) as frame_share,
        100 * (1 - coalesce(frames.frame_share, 1)) as unseen,
        -- players never seen are counted among listings alone
        case
            when totals.level = 'listing'
                then frames.listing_count_est - frames.seen_count
        end as unseen_count,
        totals.smallest_share * coalesce(frames.frame_share, 1) as lump
    from totals
    left join frames
        on
            totals.platform_id = frames.platform_id
            and totals.category_id = frames.category_id
            and totals.month_date = frames.month_date
),

ruled as (
    select
        framed.platform_id,
        framed.category_id,
        framed.month_date,
        framed.level,
        framed.measure,
        rules.rule_id,
        rules.value_number,
        row_number() over (
            partition by
                framed.platform_id,
                framed.category_id,
                framed.month_date,
                framed.level,
                framed.measure,
                rules.rule_id
            order by case when rules.platform_id = 'all' then 1 else 0 end
        ) as choice_no
    from framed
    inner join rules
        on
            rules.platform_id in (framed.platform_id, 'all')
            and {{ holds_on(
                'framed.month_date', 'rules.valid_from', 'rules.valid_to'
            ) }}
),

limits as (
    select
        platform_id,
        category_id,
        month_date,
        level,
        measure,
        max(case when rule_id = 'hhi_high' then value_number end) as high_from,
        max(case when rule_id = 'hhi_moderate' then value_number end) as moderate_from
    from ruled
    where choice_no = 1
    group by platform_id, category_id, month_date, level, measure
),

bounded as (
    select
        framed.*,
        limits.high_from,
        limits.moderate_from,
        framed.hhi * framed.frame_share * framed.frame_share as known_hhi,
        coalesce(
            framed.unseen * framed.unseen / nullif(framed.unseen_count, 0), 0
        ) as even_hhi,
        floor(framed.unseen / nullif(framed.lump, 0)) * framed.lump as lumped
    from framed
    left join limits
        on
            framed.platform_id = limits.platform_id
            and framed.category_id = limits.category_id
            and framed.month_date = limits.month_date
            and framed.level = limits.level
            and framed.measure = limits.measure
),

published as (
    select
        platform_id,
        category_id,
        month_date,
        level,
        measure,
        player_count,
        cr1,
        cr4,
        cr8,
        cr10,
        case
            when cr10 is not null
                then least(cr10, coalesce(top_lo / nullif(top_lo + rest_hi, 0), 0))
        end as cr10_lo,
        cr10 as cr10_est,
        case
            when cr10 is not null
                then greatest(cr10, coalesce(top_hi / nullif(top_hi + rest_lo, 0), 1))
        end as cr10_hi,
        hhi,
        case
            when unseen = 0 then hhi
            else known_hhi + even_hhi
        end as hhi_lo,
        case
            when unseen = 0 then hhi
            else known_hhi + even_hhi
        end as hhi_est,
        -- the unseen rest in players as large as the smallest one seen
        case
            when unseen = 0 then hhi
            when lump > 0
                then
                    known_hhi
                    + greatest(
                        lumped * lump + (unseen - lumped) * (unseen - lumped), even_hhi
                    )
            else known_hhi + even_hhi
        end as hhi_hi,
        gini,
        case
            when hhi > high_from then 'high'
            when hhi >= moderate_from then 'moderate'
            when hhi is not null then 'unconcentrated'
        end as band,
        coalesce(top_lo / nullif(top_lo + rest_hi, 0) > 0.9, false) as is_head_alert,
        is_partial
    from bounded
)

select * from published
