{{ config(
    indexes=[
        {'columns': ['platform_id', 'category_id', 'week_date'], 'unique': true},
        {'columns': ['week_date']},
    ],
) }}

with

weeks as (
    select * from {{ ref('agg_category_trends_weekly') }}
),

compared as (
    select
        weeks.*,
        before.units_est as units_before,
        before.coverage_share as coverage_before,
        year_before.units_est as units_year_before,
        year_before.coverage_share as coverage_year_before,
        avg(weeks.units_est) over around as around_units,
        count(weeks.units_est) over around as around_count,
        count(weeks.units_est) over (
            partition by weeks.platform_id, weeks.category_id
        ) as week_count,
        extract(week from weeks.week_date) as week_no
    from weeks
    left join weeks as before
        on
            weeks.platform_id = before.platform_id
            and weeks.category_id = before.category_id
            and {{ days_after('weeks.week_date', -7) }} = before.week_date
    left join weeks as year_before
        on
            weeks.platform_id = year_before.platform_id
            and weeks.category_id = year_before.category_id
            and weeks.year_before = year_before.week_date
    window around as (
        partition by weeks.platform_id, weeks.category_id
        order by weeks.week_date
        rows between 26 preceding and 25 following
    )
),

-- a whole year around a week, averaged over the years up to it
seasoned as (
    select
        *,
        case
            when week_count >= 104
                then
                    100 * avg(
                        case
                            when around_count = 52
                                then units_est / nullif(around_units, 0)
                        end
                    ) over (
                        partition by platform_id, category_id, week_no
                        order by week_date
                        rows between unbounded preceding and current row
                    )
        end as seasonal_index
    from compared
),

leveled as (
    select
        *,
        ln(
            case
                when units_est > 0 and not is_partial
                    then units_est / coalesce(nullif(seasonal_index, 0) / 100, 1)
            end
        ) as log_units,
        max(seasonal_index) over season as highest_season,
        min(seasonal_index) over season as lowest_season
    from seasoned
    window season as (
        partition by platform_id, category_id
        order by week_date
        rows between 51 preceding and current row
    )
),

-- Theil (1950) and Sen (1968): the median slope of all pairs of weeks
slopes as (
    select
        later.platform_id,
        later.category_id,
        later.week_date as later_week,
        earlier.week_date as earlier_week,
        (later.log_units - earlier.log_units) * 7
        / {{ dbt.datediff('earlier.week_date', 'later.week_date', 'day') }} as slope
    from leveled as later
    inner join leveled as earlier
        on
            later.platform_id = earlier.platform_id
            and later.category_id = earlier.category_id
            and later.week_date > earlier.week_date
            and {{ days_after('later.week_date', -175) }} <= earlier.week_date
    where later.log_units is not null and earlier.log_units is not null
),

fitted as (
    select
        leveled.platform_id,
        leveled.category_id,
        leveled.week_date,
        percentile_cont(0.5) within group (order by slopes.slope) as slope,
        -- of n weeks there are n (n - 1) / 2 pairs; 78 of 13
        count(*) as pair_count
    from leveled
    inner join slopes
        on
            leveled.platform_id = slopes.platform_id
            and leveled.category_id = slopes.category_id
            and leveled.week_date >= slopes.later_week
            and {{ days_after('leveled.week_date', -175) }} <= slopes.earlier_week
    group by leveled.platform_id, leveled.category_id, leveled.week_date
),

published as (
    select
        leveled.platform_id,
        leveled.category_id,
        leveled.week_date,
        leveled.search_index_avg,
        leveled.search_popularity_avg,
        cast(null as numeric) as converted_searches_lo,
        cast(null as numeric) as converted_searches_est,
        cast(null as numeric) as converted_searches_hi,
        cast(null as {{ dbt.type_string() }}) as calibration_id,
        leveled.units_lo,
        leveled.units_est,
        leveled.units_hi,
        case
            when leveled.coverage_share >= 0.8 and leveled.coverage_before >= 0.8
                then leveled.units_est / nullif(leveled.units_before, 0) - 1
        end as wow_rate,
        case
            when leveled.coverage_share >= 0.8 and leveled.coverage_year_before >= 0.8
                then leveled.units_est / nullif(leveled.units_year_before, 0) - 1
        end as yoy_rate,
        leveled.seasonal_index,
        case
            when coalesce(fitted.pair_count, 0) < 78 then 'unknown'
            when leveled.highest_season > 3 * leveled.lowest_season then 'seasonal'
            when fitted.slope > 0.005 then 'growing'
            when fitted.slope < -0.005 then 'fading'
            else 'flat'
        end as trend_label,
        leveled.is_partial
    from leveled
    left join fitted
        on
            leveled.platform_id = fitted.platform_id
            and leveled.category_id = fitted.category_id
            and leveled.week_date = fitted.week_date
)

select * from published
