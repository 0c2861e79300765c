with

activity as (
    select * from {{ ref('agg_cohort_retention_monthly') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

coverage as (
    select * from {{ ref('fct_coverage_daily') }}
    where covered_kind = 'shop' and stream = 'orders' and is_delivered
),

months as (
    select month_date
    from {{ ref('dim_date') }}
    group by month_date
),

by_channel as (
    select
        shop_id,
        channel,
        cohort_month_date,
        activity_month_date,
        active_customers,
        order_count,
        net_sales_by_order
    from activity
    union all
    select
        shop_id,
        'all' as channel,
        cohort_month_date,
        activity_month_date,
        sum(active_customers) as active_customers,
        sum(order_count) as order_count,
        sum(net_sales_by_order) as net_sales_by_order
    from activity
    group by shop_id, cohort_month_date, activity_month_date
),

cohorts as (
    select
        by_channel.shop_id,
        by_channel.channel,
        by_channel.cohort_month_date,
        by_channel.active_customers as cohort_size,
        {{ month_of(run_date('shops.time_zone')) }} as run_month_date
    from by_channel
    inner join shops on by_channel.shop_id = shops.shop_id
    where by_channel.cohort_month_date = by_channel.activity_month_date
),

last_days as (
    select
        covered_id as shop_id,
        max(coverage_date) as last_date
    from coverage
    group by covered_id
),

-- a month that has begun may have orders before its first whole day is delivered
last_orders as (
    select
        shop_id,
        max(activity_month_date) as last_month_date
    from activity
    group by shop_id
),

-- every month from the cohort's own to that of the run
triangle as (
    select
        cohorts.shop_id,
        cohorts.channel,
        cohorts.cohort_month_date,
        cohorts.cohort_size,
        months.month_date,
        {{ dbt.datediff('cohorts.cohort_month_date', 'months.month_date', 'month') }}
            as age_months,
        last_days.last_date is null
        or months.month_date <= last_days.last_date
        or months.month_date <= last_orders.last_month_date as is_measured,
        last_days.last_date is null
        or last_days.last_date < {{ days_after(
            dbt.dateadd('month', 1, 'months.month_date'), -1
        ) }} as is_partial
    from cohorts
    inner join months
        on
            cohorts.cohort_month_date <= months.month_date
            and cohorts.run_month_date >= months.month_date
    left join last_days on cohorts.shop_id = last_days.shop_id
    left join last_orders on cohorts.shop_id = last_orders.shop_id
),

measured as (
    select
        triangle.*,
        case when triangle.is_measured then coalesce(by_channel.active_customers, 0) end
            as active_customers,
        case when triangle.is_measured then coalesce(by_channel.order_count, 0) end
            as order_count,
        case
            when not triangle.is_measured then null
            when by_channel.shop_id is null then 0
            else by_channel.net_sales_by_order
        end as net_sales_by_order
    from triangle
    left join by_channel
        on
            triangle.shop_id = by_channel.shop_id
            and triangle.channel = by_channel.channel
            and triangle.cohort_month_date = by_channel.cohort_month_date
            and triangle.month_date = by_channel.activity_month_date
),

added_up as (
    select
        *,
        case
            when is_measured
                then sum(net_sales_by_order) over (
                    partition by shop_id, channel, cohort_month_date
                    order by age_months
                    rows between unbounded preceding and current row
                )
        end as cum_net_sales_by_order
    from measured
),

published as (
    select
        shop_id,
        channel,
        cohort_month_date,
        cast(age_months as bigint) as age_months,
        cast(cohort_size as bigint) as cohort_size,
        cast(active_customers as bigint) as active_customers,
        cast(active_customers as numeric) / nullif(cohort_size, 0) as retention_share,
        cast(order_count as bigint) as order_count,
        net_sales_by_order,
        cum_net_sales_by_order,
        cum_net_sales_by_order / nullif(cohort_size, 0) as cum_value_per_customer,
        is_partial
    from added_up
)

select * from published
