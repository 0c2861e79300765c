{#
    How far back the estimates of each touched sales unit are made again. A verdict on a
    reading is final three days later (`judged_from` says from where verdicts are made).
    What lies before the knot before last cannot change any more (`restart_date` of
    int_counter_segments). Segments after it are told anew from what stands of them and
    the readings since `segments_from`: a reading that comes last bounds what stands
    from above and takes nothing back. Of a rolling counter a reading speaks of the days
    of its window.
#}
{%- set segments = standing('int_counter_segments') -%}
{%- set episodes = standing('int_counter_episodes') -%}
{%- set runs = standing('int_sales_runs') -%}
{%- set is_standing = segments and episodes and runs -%}
with

units_touched as (
    select * from {{ ref('int_sales_units_touched') }}
),

listings as (
    select * from {{ ref('dim_listings') }}
),

review_rates as (
    select
        platform_id,
        platform_category_id,
        month_date,
        review_rate
    from {{ ref('agg_review_rates_monthly') }}
    where is_usable
),

-- a review rate that is new or other tells otherwise of the months after it
causes as (
    select
        sales_unit_id,
        touched_from
    from units_touched
    union all
    select
        listings.sales_unit_id,
        {{ days_after(dbt.dateadd('month', 1, 'changed.month_date'), 0) }}
            as touched_from
    from {{ differences('review_rates', standing('int_review_rates_used')) }} as changed
    inner join listings
        on
            changed.platform_category_id = listings.platform_category_id
            and listings.is_current
),

touched as (
    select
        sales_unit_id,
        min(touched_from) as touched_from
    from causes
    group by sales_unit_id
),

readings as (
    select * from {{ ref('int_counter_readings') }}
),

-- kinds of counter a unit shows since then
kinds as (
    select
        readings.sales_unit_id,
        max(case when readings.counter_kind = 'lifetime' then 1 else 0 end)
            as is_lifetime,
        max(
            case when readings.counter_kind <> 'lifetime' then readings.window_days end
        ) as window_days
    from readings
    inner join touched
        on
            readings.sales_unit_id = touched.sales_unit_id
            and readings.closing_date >= {{ days_after('touched.touched_from', -1) }}
    group by readings.sales_unit_id
),

{% if is_standing %}
rolled as (
    select
        runs.sales_unit_id,
        max(runs.window_days) as window_days
    from {{ runs }} as runs
    inner join touched
        on
            runs.sales_unit_id = touched.sales_unit_id
            and runs.last_date >= {{ days_after('touched.touched_from', -1) }}
    where runs.window_days is not null
    group by runs.sales_unit_id
),

-- falls that may still prove glitches
unsure as (
    select
        episodes.sales_unit_id,
        min(episodes.closing_date) as unsure_from
    from {{ episodes }} as episodes
    inner join touched
        on
            episodes.sales_unit_id = touched.sales_unit_id
            and episodes.closing_date >= {{ days_after('touched.touched_from', -3) }}
            and episodes.closing_date < touched.touched_from
    where episodes.event = 'fall'
    group by episodes.sales_unit_id
),
{% else %}
rolled as (
    select
        sales_unit_id,
        0 as window_days
    from touched
    where 1 = 0
),

unsure as (
    select
        sales_unit_id,
        touched_from as unsure_from
    from touched
    where 1 = 0
),
{% endif %}

reaching as (
    select
        touched.sales_unit_id,
        touched.touched_from,
        coalesce(unsure.unsure_from, touched.touched_from) as unsure_from,
        kinds.is_lifetime,
        {{ days_after(
            'touched.touched_from',
            '(1 - greatest(coalesce(kinds.window_days, 1),'
            ~ ' coalesce(rolled.window_days, 1)))'
        ) }} as rolling_from
    from touched
    left join kinds on touched.sales_unit_id = kinds.sales_unit_id
    left join rolled on touched.sales_unit_id = rolled.sales_unit_id
    left join unsure on touched.sales_unit_id = unsure.sales_unit_id
),

-- of the rows that stand: the last, the last that is sure, the last before a window
followed as (
    {% if is_standing %}
    select
        segments.sales_unit_id,
        max(segments.closing_date) as last_date,
        max(
            case
                when segments.closing_date < reaching.unsure_from
                    then segments.closing_date
            end
        ) as judged_date,
        max(
            case
                when segments.closing_date < reaching.rolling_from
                    then segments.closing_date
            end
        ) as unrolled_date
    from {{ segments }} as segments
    inner join reaching on segments.sales_unit_id = reaching.sales_unit_id
    group by segments.sales_unit_id
    {% else %}
    select
        sales_unit_id,
        touched_from as last_date,
        touched_from as judged_date,
        touched_from as unrolled_date
    from reaching
    where 1 = 0
    {% endif %}
),

restarts as (
    {% if is_standing %}
    select
        segments.sales_unit_id,
        segments.restart_date
    from {{ segments }} as segments
    inner join followed
        on
            segments.sales_unit_id = followed.sales_unit_id
            and segments.closing_date = followed.judged_date
    {% else %}
    select
        sales_unit_id,
        judged_date as restart_date
    from followed
    {% endif %}
),

dated as (
    select
        reaching.sales_unit_id,
        reaching.touched_from,
        reaching.rolling_from,
        restarts.restart_date,
        followed.judged_date,
        followed.unrolled_date,
        coalesce(followed.judged_date = followed.last_date, false) as is_appended,
        case
            when restarts.restart_date is not null
                then {{ days_after('restarts.restart_date', 1) }}
            when followed.sales_unit_id is not null or reaching.is_lifetime = 1
                then date '1900-01-01'
            else reaching.touched_from
        end as lifetime_from
    from reaching
    left join followed on reaching.sales_unit_id = followed.sales_unit_id
    left join restarts on reaching.sales_unit_id = restarts.sales_unit_id
),

-- a segment is told anew as a whole
begun as (
    select
        *,
        coalesce({{ days_after('judged_date', 1) }}, lifetime_from) as judged_from,
        case
            when is_appended then {{ days_after('judged_date', 1) }}
            else lifetime_from
        end as segments_from,
        least(
            lifetime_from,
            rolling_from,
            case
                when rolling_from < touched_from
                    then {{ days_after('unrolled_date', 1) }}
            end
        ) as rebuilt_from
    from dated
),

rebuilt as (
    select
        sales_unit_id,
        touched_from,
        restart_date,
        judged_date,
        is_appended,
        lifetime_from,
        judged_from,
        segments_from,
        rebuilt_from,
        {{ month_of('rebuilt_from') }} as rebuilt_month,
        {{ week_of('rebuilt_from') }} as rebuilt_week
    from begun
)

select * from rebuilt
