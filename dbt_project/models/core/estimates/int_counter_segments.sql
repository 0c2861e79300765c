{#
    Envelopes and rates of lifetime counters: one row per reading that is kept,
    with what it says of the days since the reading before it in its episode (none
    at the first). `level_lo` and `level_hi` are the least and the most the
    counter can have stood at, by all readings of the episode: later ones bound it
    from above. A knot is a moment at which the level is known: an exact reading,
    or the crossing of a threshold half way between two readings. Behind a reading
    above all that came before it lies nothing that a later reading can change, so
    a build begins again at the knot before the last such reading
    (`restart_date`).
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
            and episodes.closing_date >= rebuilt.lifetime_from
    union all
    -- the first reading of an episode is told anew, another one with its knots
    select
        {{ traits_of('standing', columns) }},
        true as is_standing,
        standing.date_before is not null as is_carried,
        case when standing.date_before is not null then standing.knot_count else 0 end
            as knot_count,
        case when standing.date_before is not null then standing.knot_time end
            as knot_time,
        case when standing.date_before is not null then standing.knot_value end
            as knot_value,
        standing.knot_is_exact,
        standing.block_no,
        standing.restart_date
    from {{ this }} as standing
    inner join rebuilt
        on
            standing.sales_unit_id = rebuilt.sales_unit_id
            and standing.closing_date = rebuilt.restart_date
    {% endif %}
),

bounded as (
    select
        *,
        min(units_hi) over (
            partition by sales_unit_id, episode_no
            order by day_no desc
            rows between unbounded preceding and current row
        ) as level_hi
    from readings
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
    from bounded
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

-- episodes whose counter was never known twice
unknown_episodes as (
    select
        sales_unit_id,
        episode_no,
        min(platform_id) as platform_id,
        min(first_lo) as first_lo,
        min(first_hi) as first_hi,
        min(last_lo) as last_lo,
        min(last_hi) as last_hi,
        min(first_date) as first_date,
        min(last_date) as last_date,
        (min(last_time) - min(first_time)) / 2 as day_count,
        max(case when closing_date = last_date and is_open_ended then 1 else 0 end)
            as is_open_at_last,
        max(case when closing_date = last_date then review_count end)
        - max(case when closing_date = first_date then review_count end) as new_reviews
    from spanned
    where knot_total < 2
    group by sales_unit_id, episode_no
    having min(last_time) > min(first_time)
),

listed as (
    select
        listings.sales_unit_id,
        min({{ local_date('listings.listed_at', 'platforms.time_zone') }})
            as listed_date,
        max(
            case when listings.is_current then listings.platform_category_id end
        ) as platform_category_id
    from listings
    inner join platforms on listings.platform_id = platforms.platform_id
    group by listings.sales_unit_id
),

guessed as (
    select
        unknown_episodes.sales_unit_id,
        unknown_episodes.episode_no,
        unknown_episodes.day_count,
        greatest(0, unknown_episodes.last_lo - unknown_episodes.first_hi) as units_lo,
        unknown_episodes.last_hi - unknown_episodes.first_lo as units_hi,
        unknown_episodes.new_reviews / nullif(review_rates.review_rate, 0)
            as by_reviews,
        case
            when
                {{ dbt.datediff(
                    'listed.listed_date', 'unknown_episodes.last_date', 'day'
                ) }} >= 30
                then
                    case
                        when unknown_episodes.is_open_at_last = 1
                            then unknown_episodes.last_lo
                        else (unknown_episodes.last_lo + unknown_episodes.last_hi) / 2
                    end
                    * unknown_episodes.day_count
                    / {{ dbt.datediff(
                        'listed.listed_date', 'unknown_episodes.last_date', 'day'
                    ) }}
        end as by_age
    from unknown_episodes
    left join listed on unknown_episodes.sales_unit_id = listed.sales_unit_id
    left join review_rates
        on
            unknown_episodes.platform_id = review_rates.platform_id
            and listed.platform_category_id = review_rates.platform_category_id
            -- frozen a month before, so that nothing is measured by itself
            and {{ month_of('unknown_episodes.last_date') }}
            = {{ days_after(dbt.dateadd('month', 1, 'review_rates.month_date'), 0) }}
),

rated as (
    select
        sales_unit_id,
        episode_no,
        case
            when by_reviews is not null then 'review'
            when by_age is not null then 'age'
            else 'prior'
        end as episode_basis,
        least(
            greatest(
                coalesce(
                    by_reviews,
                    by_age,
                    units_lo + (units_hi - units_lo) * least(30, day_count) / 90
                ),
                units_lo
            ),
            units_hi
        ) / day_count as episode_rate
    from guessed
),

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
