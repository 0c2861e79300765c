{#
    Envelopes and rates of lifetime counters: one row per reading of an episode at
    which something changes, with what the readings say of the days since the row
    before (none at the first). A reading that only repeats what those at its sides
    say adds nothing and has no row. `level_lo` and `level_hi` are the least and the
    most the counter can have stood at, by all readings of the episode: later ones
    bound it from above. A knot is a moment at which the level is known: an exact
    reading, or the crossing of a threshold half way between two readings. Behind a
    reading above all that came before it lies nothing that a later reading can
    change, so a build begins again at the knot before the last such reading
    (`restart_date`), and the rows after it stand for the readings they were made
    of.
#}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={
        'model': 'int_sales_units_rebuilt', 'key': 'sales_unit_id',
        'date': 'closing_date', 'from': 'lifetime_from',
    },
    indexes=[{'columns': ['sales_unit_id', 'closing_date'], 'unique': true}],
) }}
{%- set columns = [
    'sales_unit_id', 'closing_date', 'day_no', 'platform_id', 'episode_no', 'units_lo',
    'units_hi', 'level_lo', 'is_open_ended', 'review_count',
] %}

with

episodes as (
    select * from {{ ref('int_counter_episodes') }}
    where is_kept
),

rebuilt as (
    select * from {{ ref('int_sales_units_rebuilt') }}
),

listings as (
    select * from {{ ref('dim_listings') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

review_rates as (
    select * from {{ ref('agg_review_rates_monthly') }}
    where is_usable
),

readings as (
    select
        {{ traits_of('episodes', columns) }},
        episodes.units_hi as bound_hi,
        cast(null as boolean) as was_long_gap,
        false as is_standing,
        false as is_carried,
        0 as knot_count,
        cast(null as {{ dbt.type_int() }}) as knot_time,
        cast(null as numeric) as knot_value,
        false as knot_is_exact,
        0 as block_no,
        cast(null as date) as restart_date
    from episodes
    {% if is_incremental() %}
    inner join rebuilt
        on
            episodes.sales_unit_id = rebuilt.sales_unit_id
            and episodes.closing_date >= rebuilt.segments_from
    union all
    -- what stands: the row to begin at, and those that only a later reading bounds
    select
        {{ traits_of('standing', columns) }},
        case
            when rebuilt.is_appended then standing.level_hi else standing.units_hi
        end as bound_hi,
        standing.is_long_gap as was_long_gap,
        standing.closing_date = rebuilt.restart_date as is_standing,
        -- the first reading of an episode is told anew, another one with its knots
        standing.closing_date = rebuilt.restart_date
        and standing.date_before is not null as is_carried,
        {{ carried('knot_count', 0) }},
        {{ carried('knot_time') }},
        {{ carried('knot_value') }},
        {{ carried('knot_is_exact', false) }},
        {{ carried('block_no', 0) }},
        {{ carried('restart_date') }}
    from {{ this }} as standing
    inner join rebuilt
        on
            standing.sales_unit_id = rebuilt.sales_unit_id
            and standing.closing_date >= rebuilt.restart_date
            and standing.closing_date < rebuilt.segments_from
    {% endif %}
),

bounded as (
    select
        *,
        min(bound_hi) over (
            partition by sales_unit_id, episode_no
            order by day_no desc
            rows between unbounded preceding and current row
        ) as level_hi,
        coalesce(
            was_long_gap,
            day_no - lag(day_no) over (
                partition by sales_unit_id, episode_no order by day_no
            ) > 31,
            false
        ) as is_long_gap
    from readings
),

flanked as (
    select
        *,
        level_lo = lag(level_lo) over following
        and level_lo = lead(level_lo) over following
        and level_hi = lag(level_hi) over following
        and level_hi = lead(level_hi) over following
        and coalesce(is_open_ended, false)
        = coalesce(lag(is_open_ended) over following, false)
        and coalesce(is_open_ended, false)
        = coalesce(lead(is_open_ended) over following, false)
        and not is_long_gap
        and not lead(is_long_gap) over following as is_repeated
    from bounded
    window following as (partition by sales_unit_id, episode_no order by day_no)
),

told as (
    select * from flanked
    where not coalesce(is_repeated, false)
),

chained as (
    select
        *,
        lag(level_lo) over following as level_lo_before,
        lag(level_hi) over following as level_hi_before,
        lag(day_no) over following as closed_no,
        lag(closing_date) over following as date_before,
        lag(is_open_ended) over following as was_open_ended,
        max(knot_count) over following as carried_count,
        max(case when is_carried then knot_time end) over following as carried_time,
        max(case when is_carried then knot_value end) over following as carried_value,
        max(case when is_carried and knot_is_exact then knot_time end) over following
            as carried_exact_time,
        max(case when is_carried then restart_date end) over following
            as carried_restart,
        max(block_no) over following as carried_block_no
    from told
    window following as (partition by sales_unit_id, episode_no order by day_no)
),

own_knots as (
    select
        *,
        not is_carried and level_lo = level_hi as is_exact,
        coalesce(
            not is_carried
            and level_lo > level_hi_before
            and level_lo < level_hi
            and level_lo_before < level_hi_before,
            false
        ) as is_crossing,
        coalesce(level_lo > level_hi_before, false) as is_barrier
    from chained
),

placed_knots as (
    select
        *,
        case
            when is_exact then 2 * day_no
            when is_crossing then closed_no + day_no
        end as own_time,
        case
            when is_exact then level_lo
            when is_crossing then (level_hi_before + 1 + level_lo) / 2
        end as own_value
    from own_knots
),

behind as (
    select
        *,
        coalesce(max(own_time) over earlier, carried_time) as left_time,
        coalesce(max(own_value) over earlier, carried_value) as left_value,
        coalesce(
            max(case when is_exact then own_time end) over earlier, carried_exact_time
        ) as left_exact_time,
        carried_count + count(own_time) over (
            partition by sales_unit_id, episode_no
            order by day_no
            rows between unbounded preceding and current row
        ) as knots_up_to,
        carried_block_no + sum(case when is_barrier then 1 else 0 end) over (
            partition by sales_unit_id, episode_no
            order by day_no
            rows between unbounded preceding and current row
        ) as barrier_no
    from placed_knots
    window earlier as (
        partition by sales_unit_id, episode_no
        order by day_no
        rows between unbounded preceding and 1 preceding
    )
),

ahead as (
    select
        *,
        min(own_time) over later as right_time,
        min(own_value) over later as right_value,
        min(case when is_exact then own_time end) over later as right_exact_time
    from behind
    window later as (
        partition by sales_unit_id, episode_no
        order by day_no desc
        rows between unbounded preceding and 1 preceding
    )
),

-- the whole of each episode
spanned as (
    select
        *,
        min(level_lo) over whole as first_lo,
        min(level_hi) over whole as first_hi,
        2 * min(day_no) over whole as first_time,
        max(level_lo) over whole as last_lo,
        max(level_hi) over whole as last_hi,
        2 * max(day_no) over whole as last_time,
        max(closing_date) over whole as last_date,
        max(knots_up_to) over whole as knot_total,
        min(closing_date) over whole as first_date,
        min(
            case
                when own_time is not null and left_time is null
                    then 2 * (right_value - own_value) / (right_time - own_time)
            end
        ) over whole as head_rate,
        max(
            case
                when own_time is not null and right_time is null
                    then 2 * (own_value - left_value) / (own_time - left_time)
            end
        ) over whole as tail_rate,
        max(
            case
                when own_time is not null and left_time is not null then date_before
            end
        ) over (
            partition by sales_unit_id, episode_no
            order by barrier_no
            range between unbounded preceding and 1 preceding
        ) as sure_date
    from ahead
    window whole as (partition by sales_unit_id, episode_no)
),

{{ episode_rates('spanned') }},

ended as (
    select
        spanned.*,
        rated.episode_rate,
        rated.episode_basis,
        coalesce(spanned.own_time, spanned.right_time) as near_time,
        coalesce(spanned.own_value, spanned.right_value) as near_value,
        case
            when spanned.own_time is not null then spanned.is_exact
            else coalesce(spanned.right_exact_time = spanned.right_time, false)
        end as near_is_exact,
        coalesce(spanned.left_exact_time = spanned.left_time, false) as left_is_exact,
        coalesce(spanned.right_exact_time = spanned.right_time, false)
            as right_is_exact,
        false as own_is_exact
    from spanned
    left join rated
        on
            spanned.sales_unit_id = rated.sales_unit_id
            and spanned.episode_no = rated.episode_no
),

segments as (
    select
        sales_unit_id,
        closing_date,
        day_no,
        platform_id,
        episode_no,
        units_lo,
        units_hi,
        level_lo,
        level_hi,
        date_before,
        closed_no,
        level_lo_before,
        level_hi_before,
        is_open_ended,
        is_long_gap,
        coalesce(is_open_ended or was_open_ended, false) as is_bound_open,
        review_count,
        is_crossing,
        case when date_before is not null then {{ segment_rate('left', 'near') }} end
            as rate_before,
        case
            when date_before is not null then {{ segment_basis('left', 'near') }}
        end as basis_before,
        case when is_crossing then {{ segment_rate('own', 'right') }} end
            as rate_after,
        case when is_crossing then {{ segment_basis('own', 'right') }} end
            as basis_after,
        cast(knots_up_to as bigint) as knot_count,
        coalesce(own_time, left_time) as knot_time,
        coalesce(own_value, left_value) as knot_value,
        case when own_time is not null then is_exact else left_is_exact end
            as knot_is_exact,
        cast(barrier_no as bigint) as block_no,
        coalesce(sure_date, carried_restart, first_date) as restart_date,
        is_standing
    from ended
)

select
    sales_unit_id,
    closing_date,
    day_no,
    platform_id,
    episode_no,
    units_lo,
    units_hi,
    level_lo,
    level_hi,
    date_before,
    closed_no,
    level_lo_before,
    level_hi_before,
    is_open_ended,
    is_long_gap,
    is_bound_open,
    review_count,
    is_crossing,
    rate_before,
    basis_before,
    rate_after,
    basis_after,
    knot_count,
    knot_time,
    knot_value,
    knot_is_exact,
    block_no,
    restart_date
from segments
where not is_standing
