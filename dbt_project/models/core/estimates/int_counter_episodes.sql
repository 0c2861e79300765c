{#
    The readings of lifetime counters, judged: one row per sales unit and closing date,
    with the episode it belongs to. An episode ends where the counter falls, jumps as by
    a merger, or begins to count something else; a reading that is low for at most three
    days is dropped. Falls depend on what came before, so readings that may be one (few)
    are walked through in their order, all units at once; nothing else is recursive.
#}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={
        'model': 'int_sales_units_rebuilt', 'key': 'sales_unit_id',
        'date': 'closing_date', 'from': 'judged_from',
    },
    indexes=[{'columns': ['sales_unit_id', 'closing_date'], 'unique': true}],
) }}
{%- set columns = [
    'sales_unit_id', 'closing_date', 'day_no', 'platform_id', 'units_lo', 'units_hi',
    'is_open_ended', 'review_count', 'identity_no', 'regime', 'load_seq', 'source_ref',
] %}

with recursive

counters as (
    select * from {{ ref('int_counter_readings') }}
    where counter_kind = 'lifetime'
),

rebuilt as (
    select * from {{ ref('int_sales_units_rebuilt') }}
),

festival_days as (
    select * from {{ ref('dim_date') }}
    where festival_id is not null
),

-- with the last reading that stays, from which the count goes on
readings as (
    select
        {{ traits_of('counters', columns) }},
        counters.units_lo as level_lo,
        0 as episode_no,
        false as is_standing
    from counters
    {% if is_incremental() %}
    inner join rebuilt
        on
            counters.sales_unit_id = rebuilt.sales_unit_id
            and counters.closing_date >= rebuilt.judged_from
    union all
    select
        {{ traits_of('standing', columns) }},
        standing.level_lo,
        standing.episode_no,
        true as is_standing
    from {{ this }} as standing
    inner join rebuilt
        on
            standing.sales_unit_id = rebuilt.sales_unit_id
            and standing.closing_date = rebuilt.judged_date
    {% endif %}
),

compared as (
    select
        *,
        row_number() over following as reading_no,
        lag(units_hi) over following as hi_before,
        case
            when identity_no <> lag(identity_no) over following then 'identity_change'
            when regime <> lag(regime) over following then 'regime_change'
        end as change
    from readings
    window following as (partition by sales_unit_id order by day_no)
),

stretches as (
    select
        *,
        count(change) over (
            partition by sales_unit_id
            order by day_no
            rows between unbounded preceding and current row
        ) as stretch_no
    from compared
),

peaks as (
    select
        *,
        max(level_lo) over (
            partition by sales_unit_id, stretch_no
            order by day_no
            rows between unbounded preceding and 1 preceding
        ) as peak_before
    from stretches
),

-- a fall is lower than the reading before it and than some reading before that
doubted as (
    select
        *,
        coalesce(
            change is null and units_hi < hi_before and units_hi < peak_before, false
        ) as is_doubted
    from peaks
),

doubted_stretches as (
    select
        sales_unit_id,
        stretch_no
    from doubted
    where is_doubted
    group by sales_unit_id, stretch_no
),

in_blocks as (
    select
        doubted.*,
        sum(case when doubted.is_doubted then 1 else 0 end) over (
            partition by doubted.sales_unit_id, doubted.stretch_no
            order by doubted.day_no
            rows between unbounded preceding and current row
        ) as block_no,
        lead(doubted.day_no, 1) over following - doubted.day_no as days_to_1,
        lead(doubted.day_no, 2) over following - doubted.day_no as days_to_2,
        lead(doubted.day_no, 3) over following - doubted.day_no as days_to_3,
        lead(doubted.units_hi, 1) over following as hi_1,
        lead(doubted.units_hi, 2) over following as hi_2,
        lead(doubted.units_hi, 3) over following as hi_3
    from doubted
    inner join doubted_stretches
        on
            doubted.sales_unit_id = doubted_stretches.sales_unit_id
            and doubted.stretch_no = doubted_stretches.stretch_no
    window following as (
        partition by doubted.sales_unit_id, doubted.stretch_no order by doubted.day_no
    )
),

block_peaks as (
    select
        sales_unit_id,
        stretch_no,
        block_no,
        max(level_lo) as peak
    from in_blocks
    group by sales_unit_id, stretch_no, block_no
),

blocks as (
    select
        block_peaks.*,
        in_blocks.reading_no,
        in_blocks.units_hi,
        in_blocks.days_to_1,
        in_blocks.days_to_2,
        in_blocks.days_to_3,
        in_blocks.hi_1,
        in_blocks.hi_2,
        in_blocks.hi_3
    from block_peaks
    left join in_blocks
        on
            block_peaks.sales_unit_id = in_blocks.sales_unit_id
            and block_peaks.stretch_no = in_blocks.stretch_no
            and block_peaks.block_no = in_blocks.block_no
            and in_blocks.is_doubted
),

walked as (
    select
        sales_unit_id,
        stretch_no,
        block_no,
        peak as level_lo,
        cast(0 as bigint) as dropped_before_no,
        cast(0 as bigint) as reading_no,
        0 as low_count,
        false as is_fall
    from blocks
    where block_no = 0
    union all
    select
        sales_unit_id,
        stretch_no,
        block_no,
        case when is_low and low_count = 0 then peak else greatest(level_lo, peak) end
            as level_lo,
        case when is_low then reading_no + low_count else dropped_before_no end
            as dropped_before_no,
        reading_no,
        low_count,
        is_low and low_count = 0 as is_fall
    from (
        select
            blocks.sales_unit_id,
            blocks.stretch_no,
            blocks.block_no,
            blocks.peak,
            blocks.reading_no,
            walked.level_lo,
            walked.dropped_before_no,
            blocks.units_hi < walked.level_lo
            and blocks.reading_no >= walked.dropped_before_no as is_low,
            -- how many readings are low before the counter is back
            case
                when
                    blocks.units_hi >= walked.level_lo
                    or blocks.reading_no < walked.dropped_before_no
                    then 0
                when blocks.days_to_1 <= 3 and blocks.hi_1 >= walked.level_lo then 1
                when blocks.days_to_2 <= 3 and blocks.hi_2 >= walked.level_lo then 2
                when blocks.days_to_3 <= 3 and blocks.hi_3 >= walked.level_lo then 3
                else 0
            end as low_count
        from walked
        inner join blocks
            on
                walked.sales_unit_id = blocks.sales_unit_id
                and walked.stretch_no = blocks.stretch_no
                and walked.block_no + 1 = blocks.block_no
    ) as followed
),

low_places as (
    {% for place in range(3) %}
    select {{ place }} as place {{ 'union all' if not loop.last }}
    {% endfor %}
),

verdicts as (
    select
        sales_unit_id,
        reading_no,
        'fall' as verdict
    from walked
    where is_fall
    union all
    select
        walked.sales_unit_id,
        walked.reading_no + low_places.place as reading_no,
        'glitch' as verdict
    from walked
    inner join low_places on walked.low_count > low_places.place
),

judged as (
    select
        doubted.*,
        coalesce(doubted.change, verdicts.verdict) as verdict
    from doubted
    left join verdicts
        on
            doubted.sales_unit_id = verdicts.sales_unit_id
            and doubted.reading_no = verdicts.reading_no
),

paired as (
    select
        *,
        lag(units_hi) over following as kept_hi,
        lag(units_lo) over following as kept_lo,
        lag(closing_date) over following as kept_date,
        day_no - lag(day_no) over following as gap_days
    from judged
    where coalesce(verdict, '') <> 'glitch'
    window following as (partition by sales_unit_id order by day_no)
),

grown as (
    select
        *,
        case
            when verdict is null and not is_standing
                then (units_lo - kept_lo) / gap_days
        end as daily_growth
    from paired
),

leaps as (
    select
        *,
        (units_lo - kept_hi) / gap_days as least_growth
    from grown
    where verdict is null and units_lo - kept_hi > 1000 * gap_days
),

-- units whose growth before the readings of this build tells, too
leaping as (
    select
        sales_unit_id,
        regime,
        identity_no
    from leaps
    where stretch_no = 0
    group by sales_unit_id, regime, identity_no
),

growths as (
    select
        sales_unit_id,
        closing_date,
        stretch_no,
        daily_growth
    from grown
    where daily_growth is not null
    {% if is_incremental() %}
    union all
    select
        standing.sales_unit_id,
        standing.closing_date,
        0 as stretch_no,
        standing.daily_growth
    from {{ this }} as standing
    inner join rebuilt
        on
            standing.sales_unit_id = rebuilt.sales_unit_id
            and standing.closing_date <= rebuilt.judged_date
    inner join leaping
        on
            standing.sales_unit_id = leaping.sales_unit_id
            and standing.regime = leaping.regime
            and standing.identity_no = leaping.identity_no
    where standing.daily_growth is not null
    {% endif %}
),

medians as (
    select
        leaps.sales_unit_id,
        leaps.reading_no,
        leaps.least_growth,
        count(*) as pair_count,
        {{ quantile('growths.daily_growth', 0.5) }} as median
    from leaps
    inner join growths
        on
            leaps.sales_unit_id = growths.sales_unit_id
            and leaps.stretch_no = growths.stretch_no
            and leaps.closing_date > growths.closing_date
            and growths.closing_date >= {{ days_after('leaps.closing_date', -28) }}
    where
        not exists (
            select 1
            from festival_days
            where
                festival_days.date_day > leaps.kept_date
                and festival_days.date_day <= leaps.closing_date
        )
    group by leaps.sales_unit_id, leaps.reading_no, leaps.least_growth
),

jumps as (
    select
        sales_unit_id,
        reading_no
    from medians
    where pair_count >= 7 and least_growth > 20 * median
),

events as (
    select
        judged.sales_unit_id,
        judged.closing_date,
        judged.day_no,
        judged.platform_id,
        judged.units_lo,
        judged.units_hi,
        judged.is_open_ended,
        judged.review_count,
        judged.identity_no,
        judged.regime,
        case
            when jumps.reading_no is not null then 'merge_jump' else judged.verdict
        end as event,
        coalesce(judged.verdict, '') <> 'glitch' as is_kept,
        grown.daily_growth,
        grown.kept_date,
        judged.is_standing,
        judged.level_lo,
        judged.episode_no,
        judged.load_seq,
        judged.source_ref
    from judged
    left join grown
        on
            judged.sales_unit_id = grown.sales_unit_id
            and judged.reading_no = grown.reading_no
    left join jumps
        on
            judged.sales_unit_id = jumps.sales_unit_id
            and judged.reading_no = jumps.reading_no
),

numbered as (
    select
        sales_unit_id,
        closing_date,
        day_no,
        platform_id,
        units_lo,
        units_hi,
        is_open_ended,
        review_count,
        identity_no,
        regime,
        event,
        is_kept,
        daily_growth,
        kept_date,
        is_standing,
        level_lo,
        max(episode_no) over (partition by sales_unit_id)
        + sum(case when is_kept and event is not null then 1 else 0 end) over (
            partition by sales_unit_id
            order by day_no
            rows between unbounded preceding and current row
        ) as episode_no,
        load_seq,
        source_ref
    from events
),

episodes as (
    select
        sales_unit_id,
        closing_date,
        day_no,
        platform_id,
        units_lo,
        units_hi,
        is_open_ended,
        review_count,
        identity_no,
        regime,
        event,
        is_kept,
        cast(episode_no as bigint) as episode_no,
        max(case when is_kept then level_lo end) over (
            partition by sales_unit_id, episode_no
            order by day_no
            rows between unbounded preceding and current row
        ) as level_lo,
        daily_growth,
        kept_date,
        is_standing,
        load_seq,
        source_ref
    from numbered
)

select
    sales_unit_id,
    closing_date,
    day_no,
    platform_id,
    units_lo,
    units_hi,
    is_open_ended,
    review_count,
    identity_no,
    regime,
    event,
    is_kept,
    episode_no,
    level_lo,
    daily_growth,
    kept_date,
    load_seq,
    source_ref
from episodes
where not is_standing
