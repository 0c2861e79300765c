{{ config(indexes=[{'columns': ['date_day'], 'unique': true}]) }}

with

festivals_shipped as (
    select * from {{ ref('festivals') }}
),

festivals_kept as (
    select * from {{ reference_rows('festivals') }} as kept
    where closed_date is null
),

digits as (
    {% for digit in range(10) %}
    select {{ digit }} as digit {{ 'union all' if not loop.last }}
    {% endfor %}
),

numbers as (
    select
        ones.digit + 10 * tens.digit + 100 * hundreds.digit
        + 1000 * thousands.digit as day_no
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
),

days as (
    select {{ days_after("date '2009-01-01'", 'day_no') }} as date_day
    from numbers
    where day_no < {{ dbt.datediff("date '2009-01-01'", "date '2032-01-01'", 'day') }}
),

festivals as (
    select
        festival_id,
        first_date,
        last_date,
        festival_weight
    from festivals_shipped
    where (festival_id, first_date) not in (
        select festival_id, first_date from festivals_kept
    )
    union all
    select
        kept.festival_id,
        kept.first_date,
        kept.last_date,
        coalesce(kept.festival_weight, shipped.festival_weight) as festival_weight
    from festivals_kept as kept
    left join festivals_shipped as shipped
        on
            kept.festival_id = shipped.festival_id
            and kept.first_date = shipped.first_date
),

festival_days as (
    select
        days.date_day,
        festivals.festival_id,
        {{ dbt.datediff('festivals.first_date', 'days.date_day', 'day') }}
        + 1 as festival_day_no,
        festivals.festival_weight,
        -- of two festivals on one day the heavier one counts
        row_number() over (
            partition by days.date_day
            order by
                coalesce(festivals.festival_weight, 0) desc, festivals.festival_id
        ) as choice_no
    from days
    inner join festivals
        on days.date_day between festivals.first_date and festivals.last_date
),

described as (
    select
        days.date_day,
        {{ week_of('days.date_day') }} as week_date,
        {{ month_of('days.date_day') }} as month_date,
        cast({{ dbt.date_trunc('quarter', 'days.date_day') }} as date) as quarter_date,
        {{ dbt.datediff(week_of('days.date_day'), 'days.date_day', 'day') }}
        + 1 as day_of_week,
        festival_days.festival_id,
        festival_days.festival_day_no,
        festival_days.festival_weight
    from days
    left join festival_days
        on days.date_day = festival_days.date_day and festival_days.choice_no = 1
),

-- what the festivals leave of a year is spread over its other days
years as (
    select
        extract(year from date_day) as year_no,
        sum(coalesce(festival_weight, 0)) as festival_weight,
        count(*) - count(festival_weight) as ordinary_days
    from described
    group by extract(year from date_day)
),

weighted as (
    select
        described.date_day,
        described.week_date,
        described.month_date,
        described.quarter_date,
        described.day_of_week,
        described.day_of_week >= 6 as is_weekend,
        described.festival_id,
        described.festival_day_no,
        coalesce(
            described.festival_weight,
            (1 - years.festival_weight) / years.ordinary_days
        ) as festival_weight
    from described
    inner join years on extract(year from described.date_day) = years.year_no
)

select * from weighted
