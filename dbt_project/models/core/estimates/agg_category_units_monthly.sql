with

monthly as (
    select * from {{ ref('fct_listing_sales_monthly') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

counters as (
    select * from {{ ref('int_counter_readings') }}
    where counter_kind <> 'lifetime'
),

unit_days as (
    select * from {{ ref('int_sales_unit_days') }}
),

listings as (
    select * from {{ ref('dim_listings') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

category_map as (
    select * from {{ ref('category_map') }}
    where choice_no = 1
),

-- units that moved between categories within a month: each day where it stood then
moved as (
    select * from monthly
    where category_count > 1
),

moved_runs as (
    select * from {{ ref('int_sales_runs') }}
    where sales_unit_id in (select moved.sales_unit_id from moved)
),

runs as (
    select
        {{ traits_of('moved_runs', [
            'sales_unit_id', 'first_date', 'last_date', 'platform_id', 'units_lo',
            'units_est', 'units_hi', 'price_lo', 'price_est', 'price_hi', 'episode_no',
            'level_lo_before', 'level_hi_before', 'level_lo', 'level_hi',
            'window_days', 'sales_basis', 'is_open_ended', 'is_contradicted',
        ]) }},
        moved_runs.platform_category_id as stood_in
    from moved_runs
),

{{ runs_within('month_date', into='days_of_runs') }},

days as (
    select
        days_of_runs.*,
        coalesce(days_of_runs.stood_in, moved.platform_category_id)
            as platform_category_id
    from days_of_runs
    inner join moved
        on
            days_of_runs.sales_unit_id = moved.sales_unit_id
            and days_of_runs.month_date = moved.month_date
),

rolling_readings as (
    select * from counters
    where sales_unit_id in (select moved.sales_unit_id from moved)
),

{{ period_sales(['sales_unit_id', 'month_date', 'platform_category_id']) }},

moved_places as (
    select
        unit_days.sales_unit_id,
        moved.month_date,
        unit_days.platform_category_id,
        min(unit_days.platform_id) as platform_id,
        max(unit_days.unit_date) as last_date
    from unit_days
    inner join moved
        on
            unit_days.sales_unit_id = moved.sales_unit_id
            and {{ month_of('unit_days.unit_date') }} = moved.month_date
    group by
        unit_days.sales_unit_id, moved.month_date, unit_days.platform_category_id
),

parts as (
    select
        sales_unit_id,
        month_date,
        platform_id,
        platform_category_id,
        units_lo,
        units_est,
        units_hi,
        gmv_lo,
        gmv_est,
        gmv_hi,
        unpriced_units_est,
        observed_days,
        sales_basis,
        is_open_ended,
        median_price,
        event_count,
        true as is_last
    from monthly
    where category_count <= 1
    union all
    select
        moved_places.sales_unit_id,
        moved_places.month_date,
        moved_places.platform_id,
        moved_places.platform_category_id,
        period_sales.units_lo,
        period_sales.units_est,
        period_sales.units_hi,
        period_sales.gmv_lo,
        period_sales.gmv_est,
        period_sales.gmv_hi,
        period_sales.unpriced_units_est,
        coalesce(period_sales.observed_days, 0) as observed_days,
        period_sales.sales_basis,
        period_sales.is_open_ended,
        moved.median_price,
        moved.event_count,
        coalesce(
            moved_places.platform_category_id = moved.platform_category_id, false
        ) as is_last
    from moved_places
    inner join moved
        on
            moved_places.sales_unit_id = moved.sales_unit_id
            and moved_places.month_date = moved.month_date
    left join period_sales
        on
            moved_places.sales_unit_id = period_sales.sales_unit_id
            and moved_places.month_date = period_sales.month_date
            and moved_places.platform_category_id = period_sales.platform_category_id
),

spans as (
    select
        listings.sales_unit_id,
        min(listings.first_seen_date) as first_seen_date,
        max(listings.last_seen_date) as last_seen_date,
        min({{ local_date('listings.listed_at', 'platforms.time_zone') }})
            as listed_date,
        max(case when listings.is_own then 1 else 0 end) as own,
        min(listings.listing_id) as first_listing_id
    from listings
    inner join platforms on listings.platform_id = platforms.platform_id
    where listings.first_seen_date is not null
    group by listings.sales_unit_id
),

tracked as (
    select
        platform_id,
        min(first_seen_date) as tracked_from
    from listings
    group by platform_id
),

bounded_months as (
    select
        parts.*,
        spans.listed_date,
        spans.first_seen_date,
        spans.own = 1 as is_own,
        coalesce(monthly.listing_id, spans.first_listing_id) as listing_id,
        monthly.seen_days,
        monthly.variant_count,
        monthly.is_on_sale,
        tracked.tracked_from,
        {{ days_after(dbt.dateadd('month', 1, 'parts.month_date'), -1) }}
            as month_end,
        greatest(spans.first_seen_date, parts.month_date) as expected_from,
        least(
            case
                when monthly.is_on_sale
                    then {{ days_after(
                        dbt.dateadd('month', 1, 'parts.month_date'), -1
                    ) }}
                else spans.last_seen_date
            end,
            {{ days_after(dbt.dateadd('month', 1, 'parts.month_date'), -1) }},
            {{ days_after(local_date(as_of(), 'platforms.time_zone'), -1) }}
        ) as expected_to
    from parts
    inner join monthly
        on
            parts.sales_unit_id = monthly.sales_unit_id
            and parts.month_date = monthly.month_date
    inner join spans on parts.sales_unit_id = spans.sales_unit_id
    inner join platforms on parts.platform_id = platforms.platform_id
    left join tracked on parts.platform_id = tracked.platform_id
),

-- the days of a unit that moved belong to where it stood
shared_months as (
    select
        *,
        {{ dbt.datediff('expected_from', 'expected_to', 'day') }} + 1 as span_days,
        sum(observed_days) over (
            partition by sales_unit_id, month_date
        ) as unit_days
    from bounded_months
),

expected_months as (
    select
        *,
        case
            when is_last
                then greatest(0, span_days - unit_days + observed_days)
            else observed_days
        end as expected_days
    from shared_months
),

-- days before it was first seen are no part of what is expected
counted_months as (
    select
        *,
        least(observed_days, expected_days) as counted_days
    from expected_months
),

described as (
    select
        counted_months.sales_unit_id,
        counted_months.month_date,
        coalesce(
            category_map.category_id, counted_months.platform_category_id, 'unknown'
        ) as category_id,
        counted_months.platform_id,
        counted_months.listing_id,
        versions.shop_id,
        versions.brand_id,
        versions.title,
        counted_months.is_own,
        counted_months.is_last,
        counted_months.seen_days,
        counted_months.variant_count,
        counted_months.units_lo,
        counted_months.units_est,
        counted_months.units_hi,
        counted_months.gmv_lo,
        counted_months.gmv_est,
        counted_months.gmv_hi,
        counted_months.unpriced_units_est,
        counted_months.median_price,
        cast(counted_months.counted_days as bigint) as observed_days,
        cast(counted_months.expected_days as bigint) as expected_days,
        counted_months.sales_basis,
        case
            when counted_months.sales_basis = 'rolling' then 'rolling_30d'
            when counted_months.sales_basis = 'badge' then 'badge_recent'
            when counted_months.sales_basis is not null then 'lifetime'
        end as counter_type,
        counted_months.is_open_ended,
        counted_months.event_count,
        case
            when counted_months.listed_date is not null
                then
                    counted_months.listed_date
                    >= {{ days_after(
                        dbt.dateadd('month', -5, 'counted_months.month_date'), 0
                    ) }}
            when
                counted_months.tracked_from
                < {{ days_after(
                    dbt.dateadd('month', -5, 'counted_months.month_date'), 0
                ) }}
                then
                    counted_months.first_seen_date
                    >= {{ days_after(
                        dbt.dateadd('month', -5, 'counted_months.month_date'), 0
                    ) }}
        end as is_new,
        counted_months.month_end
        >= {{ local_date(as_of(), 'platforms.time_zone') }} as is_partial
    from counted_months
    inner join platforms on counted_months.platform_id = platforms.platform_id
    left join listings as versions
        on
            counted_months.listing_id = versions.listing_id
            and {{ holds_on(
                'counted_months.month_end', 'versions.valid_from', 'versions.valid_to'
            ) }}
    left join category_map
        on
            counted_months.platform_category_id = category_map.platform_category_id
            and {{ holds_on(
                'counted_months.month_end', 'category_map.valid_from',
                'category_map.valid_to'
            ) }}
)

select * from described
