{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={
        'model': 'int_sales_units_rebuilt', 'key': 'sales_unit_id',
        'date': 'month_date', 'from': 'rebuilt_month',
    },
    indexes=[{'columns': ['sales_unit_id', 'month_date'], 'unique': true}],
) }}

with

runs as (
    select * from {{ ref('int_sales_runs') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

unit_days as (
    select * from {{ ref('int_sales_unit_days') }}
),

counters as (
    select * from {{ ref('int_counter_readings') }}
    where counter_kind <> 'lifetime'
),

events as (
    select * from {{ ref('fct_counter_events') }}
),

rebuilt as (
    select * from {{ ref('int_sales_units_rebuilt') }}
),

{{ runs_within('month_date', since='rebuilt_month') }},

rolling_readings as (
    select counters.*
    from counters
    {% if is_incremental() %}
    inner join rebuilt
        on
            counters.sales_unit_id = rebuilt.sales_unit_id
            and counters.closing_date >= rebuilt.rebuilt_month
    {% endif %}
),

{{ period_sales(['sales_unit_id', 'month_date']) }},

{{ median_prices(['sales_unit_id', 'month_date']) }},

seen_days as (
    select
        unit_days.*,
        {{ month_of('unit_days.unit_date') }} as month_date
    from unit_days
    {% if is_incremental() %}
    inner join rebuilt
        on
            unit_days.sales_unit_id = rebuilt.sales_unit_id
            and unit_days.unit_date >= rebuilt.rebuilt_month
    {% endif %}
),

seen as (
    select
        sales_unit_id,
        month_date,
        min(platform_id) as platform_id,
        max(unit_date) as last_date,
        count(case when is_seen then 1 end) as seen_days,
        max(listing_count) as variant_count,
        count(distinct coalesce(platform_category_id, '')) as category_count
    from seen_days
    group by sales_unit_id, month_date
),

last_days as (
    select
        seen.*,
        seen_days.listing_id,
        seen_days.platform_category_id,
        seen_days.is_on_sale
    from seen
    inner join seen_days
        on
            seen.sales_unit_id = seen_days.sales_unit_id
            and seen.last_date = seen_days.unit_date
),

eventful as (
    select
        events.sales_unit_id,
        {{ month_of('events.event_date') }} as month_date,
        count(*) as event_count
    from events
    {% if is_incremental() %}
    inner join rebuilt
        on
            events.sales_unit_id = rebuilt.sales_unit_id
            and events.event_date >= rebuilt.rebuilt_month
    {% endif %}
    group by events.sales_unit_id, {{ month_of('events.event_date') }}
),

months as (
    select
        coalesce(last_days.sales_unit_id, period_sales.sales_unit_id)
            as sales_unit_id,
        coalesce(last_days.month_date, period_sales.month_date) as month_date,
        coalesce(last_days.platform_id, period_sales.platform_id) as platform_id,
        last_days.listing_id,
        last_days.platform_category_id,
        coalesce(last_days.seen_days, 0) as seen_days,
        coalesce(last_days.is_on_sale, false) as is_on_sale,
        last_days.variant_count,
        coalesce(last_days.category_count, 0) as category_count,
        period_sales.units_lo,
        period_sales.units_est,
        period_sales.units_hi,
        period_sales.daily_lo,
        period_sales.daily_hi,
        period_sales.price_lo,
        period_sales.price_hi,
        period_sales.gmv_lo,
        period_sales.gmv_est,
        period_sales.gmv_hi,
        period_sales.unpriced_units_est,
        coalesce(period_sales.observed_days, 0) as observed_days,
        period_sales.sales_basis,
        period_sales.is_open_ended,
        period_sales.is_est_clipped
    from last_days
    full outer join period_sales
        on
            last_days.sales_unit_id = period_sales.sales_unit_id
            and last_days.month_date = period_sales.month_date
),

sales as (
    select
        months.*,
        median_prices.median_price,
        coalesce(eventful.event_count, 0) as event_count
    from months
    left join eventful
        on
            months.sales_unit_id = eventful.sales_unit_id
            and months.month_date = eventful.month_date
    left join median_prices
        on
            months.sales_unit_id = median_prices.sales_unit_id
            and months.month_date = median_prices.month_date
)

select * from sales
