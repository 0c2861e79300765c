{#
    The days that an activity of one of our shops is judged by: 28 before it, its own
    and 7 after, in business dates. A day of the 28 on which nothing ran and which was
    delivered weighs as many of the activity's days as it stands for: each day is held
    against the mean of the same weekday, and where none is left, of all.
#}
with

activity_shops as (
    select * from {{ ref('int_activity_shops') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

coverage as (
    select * from {{ ref('fct_coverage_daily') }}
    where covered_kind = 'shop' and stream = 'orders'
),

days as (
    select
        activity_shops.activity_id,
        activity_shops.shop_id,
        activity_shops.listing_id,
        dates.date_day,
        {{ dbt.datediff('dates.week_date', 'dates.date_day', 'day') }} as weekday_no,
        case
            when dates.date_day > activity_shops.last_date then 'after'
            when dates.date_day >= activity_shops.first_date then 'during'
            when
                dates.date_day >= {{ days_after('activity_shops.first_date', -7) }}
                then 'before'
            else 'earlier'
        end as period,
        dates.date_day < {{ local_date(as_of(), 'activity_shops.time_zone') }}
        and coalesce(coverage.is_delivered, false) as is_delivered
    from activity_shops
    inner join dates
        on
            dates.date_day
            between {{ days_after('activity_shops.first_date', -28) }}
            and {{ days_after('activity_shops.last_date', 7) }}
    left join coverage
        on
            activity_shops.shop_id = coverage.covered_id
            and dates.date_day = coverage.coverage_date
),

busy as (
    select
        days.activity_id,
        days.shop_id,
        days.date_day
    from days
    inner join activity_shops
        on
            days.shop_id = activity_shops.shop_id
            and days.date_day
            between activity_shops.first_date and activity_shops.last_date
    where
        activity_shops.listing_id is null
        or activity_shops.listing_id = days.listing_id
    group by days.activity_id, days.shop_id, days.date_day
),

flagged as (
    select
        days.*,
        days.period in ('before', 'earlier')
        and days.is_delivered
        and busy.date_day is null as is_ordinary
    from days
    left join busy
        on
            days.activity_id = busy.activity_id
            and days.shop_id = busy.shop_id
            and days.date_day = busy.date_day
),

counted as (
    select
        activity_id,
        shop_id,
        weekday_no,
        sum(case when is_ordinary then 1 else 0 end) as ordinary_count,
        sum(case when period = 'during' then 1 else 0 end) as during_count,
        sum(case when period = 'after' then 1 else 0 end) as after_count
    from flagged
    group by activity_id, shop_id, weekday_no
),

without as (
    select
        activity_id,
        shop_id,
        sum(ordinary_count) as ordinary_count,
        sum(case when ordinary_count = 0 then during_count else 0 end) as during_count,
        sum(case when ordinary_count = 0 then after_count else 0 end) as after_count
    from counted
    group by activity_id, shop_id
),

weighed as (
    select
        flagged.activity_id,
        flagged.shop_id,
        flagged.date_day,
        flagged.period,
        flagged.is_delivered,
        {% for period in ['during', 'after'] %}
        case
            when flagged.is_ordinary
                then
                    1.0 * counted.{{ period }}_count / counted.ordinary_count
                    + 1.0 * without.{{ period }}_count / without.ordinary_count
            else 0
        end as weight_{{ period }},
        {% endfor %}
        flagged.is_ordinary
    from flagged
    inner join counted
        on
            flagged.activity_id = counted.activity_id
            and flagged.shop_id = counted.shop_id
            and flagged.weekday_no = counted.weekday_no
    inner join without
        on
            flagged.activity_id = without.activity_id
            and flagged.shop_id = without.shop_id
)

select * from weighed
