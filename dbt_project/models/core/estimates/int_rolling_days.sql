-- depends_on: {{ ref('dim_counter_buckets') }}
{#
    What rolling counters say of single days: one row per sales unit and day
    inside the window of a reading, for the days that a build makes again. The
    day's units are at most what any window around it holds, and a share of the
    window whose middle is nearest; of two middles equally near the later one
    counts. Where a unit shows windows of two lengths, the shorter one tells and
    both bound.
#}
{{ config(indexes=[{'columns': ['sales_unit_id', 'sales_date'], 'unique': true}]) }}

with

rolling as (
    select * from {{ ref('int_counter_readings') }}
    where counter_kind <> 'lifetime'
),

rebuilt as (
    select * from {{ ref('int_sales_units_rebuilt') }}
),

dates as (
    select
        date_day,
        {{ dbt.datediff("date '2000-01-01'", 'date_day', 'day') }} as day_no
    from {{ ref('dim_date') }}
),

readings as (
    select
        rolling.*,
        rebuilt.rebuilt_from,
        rolling.units_mid / rolling.window_days as daily_mid
    from rolling
    inner join rebuilt
        on
            rolling.sales_unit_id = rebuilt.sales_unit_id
            and rolling.closing_date >= {{ days_after('rebuilt.rebuilt_from', -1) }}
),

spans as (
    select
        sales_unit_id,
        counter_kind,
        min(platform_id) as platform_id,
        min(window_days) as window_days,
        min(rolling_basis) as rolling_basis,
        min(rebuilt_from) as rebuilt_from,
        min(day_no) - min(window_days) as first_no,
        max(day_no) as last_no
    from readings
    group by sales_unit_id, counter_kind
),

-- every day of a window, read or not, and the close before the first
spine as (
    select
        spans.sales_unit_id,
        spans.counter_kind,
        spans.platform_id,
        spans.window_days,
        spans.rolling_basis,
        spans.rebuilt_from,
        dates.date_day as sales_date,
        dates.day_no,
        readings.units_lo,
        readings.units_hi,
        readings.daily_mid,
        readings.is_open_ended,
        case when readings.day_no is not null then dates.day_no end as read_no
    from spans
    inner join dates
        on
            dates.date_day
            between {{ days_after("date '2000-01-01'", 'spans.first_no') }}
            and {{ days_after("date '2000-01-01'", 'spans.last_no') }}
    left join readings
        on
            spans.sales_unit_id = readings.sales_unit_id
            and spans.counter_kind = readings.counter_kind
            and dates.day_no = readings.day_no
),

framed as (
    {% for length in window_lengths() %}
    {%- set middle = length // 2 %}
    select
        *,
        lag(units_hi) over following as hi_before,
        min(units_hi) over (
            partition by sales_unit_id, counter_kind
            order by day_no
            rows between current row and {{ length - 1 }} following
        ) as window_hi,
        max(case when is_open_ended then 1 else 0 end) over (
            partition by sales_unit_id, counter_kind
            order by day_no
            rows between current row and {{ length - 1 }} following
        ) as open_count,
        max(read_no) over (
            partition by sales_unit_id, counter_kind
            order by day_no
            rows between current row and {{ middle - 1 }} following
        ) as earlier_no,
        min(read_no) over (
            partition by sales_unit_id, counter_kind
            order by day_no
            rows between {{ middle }} following and {{ length - 1 }} following
        ) as later_no
    from spine
    where window_days = {{ length }}
    window following as (partition by sales_unit_id, counter_kind order by day_no)
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

nearest as (
    select
        *,
        case
            when later_no is null then earlier_no
            when earlier_no is null then later_no
            -- twice the distance of each middle from the day
            when
                2 * (later_no - day_no) - (window_days - 1)
                <= (window_days - 1) - 2 * (earlier_no - day_no)
                then later_no
            else earlier_no
        end as nearest_no
    from framed
    where sales_date >= rebuilt_from and window_hi is not null
),

days as (
    select
        nearest.sales_unit_id,
        nearest.sales_date,
        nearest.platform_id,
        nearest.window_days,
        nearest.rolling_basis,
        greatest(
            0, coalesce(nearest.units_lo - nearest.hi_before, 0)
        ) as units_lo,
        readings.daily_mid as units_est,
        nearest.window_hi as units_hi,
        nearest.open_count > 0 as is_open_ended,
        row_number() over (
            partition by nearest.sales_unit_id, nearest.sales_date
            order by nearest.window_days
        ) as choice_no
    from nearest
    inner join readings
        on
            nearest.sales_unit_id = readings.sales_unit_id
            and nearest.counter_kind = readings.counter_kind
            and nearest.nearest_no = readings.day_no
),

combined as (
    select
        sales_unit_id,
        sales_date,
        min(platform_id) as platform_id,
        min(window_days) as window_days,
        min(case when choice_no = 1 then rolling_basis end) as rolling_basis,
        max(units_lo) as units_lo,
        min(case when choice_no = 1 then units_est end) as units_est,
        greatest(min(units_hi), max(units_lo)) as units_hi,
        min(case when is_open_ended then 1 else 0 end) = 1 as is_open_ended
    from days
    group by sales_unit_id, sales_date
),

clipped as (
    select
        sales_unit_id,
        sales_date,
        platform_id,
        window_days,
        rolling_basis,
        units_lo,
        least(greatest(units_est, units_lo), units_hi) as units_est,
        units_hi,
        units_est < units_lo or units_est > units_hi as is_est_clipped,
        is_open_ended
    from combined
)

select * from clipped
