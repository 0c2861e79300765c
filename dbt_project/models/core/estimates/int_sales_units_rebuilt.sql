{#
    How far back the estimates of each touched sales unit are made again. Of a lifetime
    counter what lies before the knot before last cannot change any more
    (`restart_date` of int_counter_segments, asked of the last reading whose verdict is
    final: a reading is a glitch if the counter is back within three days). Of a rolling
    counter a reading speaks of the days of its window.
#}
{%- set segments = standing('int_counter_segments') -%}
{%- set daily = standing('fct_listing_sales_daily') -%}
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

{% if segments %}
stable as (
    select
        segments.sales_unit_id,
        max(segments.closing_date) as closing_date
    from {{ segments }} as segments
    inner join touched
        on
            segments.sales_unit_id = touched.sales_unit_id
            and segments.closing_date < {{ days_after('touched.touched_from', -3) }}
    group by segments.sales_unit_id
),

restarts as (
    select
        segments.sales_unit_id,
        segments.restart_date
    from {{ segments }} as segments
    inner join stable
        on
            segments.sales_unit_id = stable.sales_unit_id
            and segments.closing_date = stable.closing_date
),

followed as (
    select distinct segments.sales_unit_id
    from {{ segments }} as segments
    inner join touched on segments.sales_unit_id = touched.sales_unit_id
),

rolled as (
    select
        daily.sales_unit_id,
        max(daily.window_days) as window_days
    from {{ daily }} as daily
    inner join touched
        on
            daily.sales_unit_id = touched.sales_unit_id
            and daily.sales_date >= {{ days_after('touched.touched_from', -1) }}
    where daily.window_days is not null
    group by daily.sales_unit_id
),
{% else %}
restarts as (
    select
        sales_unit_id,
        touched_from as restart_date
    from touched
    where 1 = 0
),

followed as (
    select sales_unit_id from touched
),

rolled as (
    select
        sales_unit_id,
        0 as window_days
    from touched
    where 1 = 0
),
{% endif %}

dated as (
    select
        touched.sales_unit_id,
        touched.touched_from,
        restarts.restart_date,
        case
            when restarts.restart_date is not null
                then {{ days_after('restarts.restart_date', 1) }}
            when followed.sales_unit_id is not null or kinds.is_lifetime = 1
                then date '1900-01-01'
            else touched.touched_from
        end as lifetime_from,
        {{ days_after(
            'touched.touched_from',
            '(1 - greatest(coalesce(kinds.window_days, 1),'
            ~ ' coalesce(rolled.window_days, 1)))'
        ) }} as rolling_from
    from touched
    left join kinds on touched.sales_unit_id = kinds.sales_unit_id
    left join restarts on touched.sales_unit_id = restarts.sales_unit_id
    left join followed on touched.sales_unit_id = followed.sales_unit_id
    left join rolled on touched.sales_unit_id = rolled.sales_unit_id
),

rebuilt as (
    select
        sales_unit_id,
        touched_from,
        restart_date,
        lifetime_from,
        least(lifetime_from, rolling_from) as rebuilt_from,
        {{ month_of('least(lifetime_from, rolling_from)') }} as rebuilt_month,
        {{ week_of('least(lifetime_from, rolling_from)') }} as rebuilt_week
    from dated
)

select * from rebuilt
