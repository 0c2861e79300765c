with

targets as (
    select * from {{ ref('fct_targets') }}
    where is_measured and target_value is not null and shop_id <> 'unknown'
),

sales as (
    select * from {{ ref('shop_sales_daily') }}
),

goods as (
    select * from {{ ref('agg_listing_orders_daily') }}
    where sku_id_or_all = 'all'
),

dates as (
    select * from {{ ref('dim_date') }}
),

-- the days of a shop whose orders are known
spans as (
    select
        shop_id,
        min(sales_date) as first_date,
        max(sales_date) as last_date
    from sales
    where channel = 'all'
    group by shop_id
),

planned as (
    select
        shop_id,
        channel,
        listing_id,
        metric_id
    from targets
    group by shop_id, channel, listing_id, metric_id
),

-- a day of the spine is 0 where the shop sold and the channel or listing did not
actuals as (
    select
        planned.shop_id,
        planned.channel,
        planned.listing_id,
        planned.metric_id,
        days.sales_date,
        case
            when days.order_count is null then null
            when planned.listing_id = 'all'
                then {{ metric_named_by(
                    'planned.metric_id',
                    'sales',
                    money_metrics_of_shops() + counts_of_shops()
                ) }}
            when goods.listing_id is null then 0
            else {{ metric_named_by(
                'planned.metric_id', 'goods', metrics_of_listings()
            ) }}
        end as metric_value
    from planned
    inner join sales as days
        on planned.shop_id = days.shop_id and days.channel = 'all'
    left join sales
        on
            planned.shop_id = sales.shop_id
            and planned.channel = sales.channel
            and days.sales_date = sales.sales_date
    left join goods
        on
            planned.shop_id = goods.shop_id
            and planned.listing_id = goods.listing_id
            and days.sales_date = goods.sales_date
),

-- every day of the period of every version of a target; a week looks at the same
-- weekdays of the year before, other periods at the same dates
days_of_periods as (
    select
        targets.record_key,
        targets.shop_id,
        targets.channel,
        targets.listing_id,
        targets.metric_id,
        targets.period_kind,
        targets.period_start_date,
        targets.period_end_date,
        targets.valid_from,
        targets.valid_to,
        targets.target_value,
        targets.curve,
        dates.date_day,
        dates.festival_weight,
        case
            when targets.period_kind = 'week'
                then {{ days_after('dates.date_day', -364) }}
            else cast({{ dbt.dateadd('year', -1, 'dates.date_day') }} as date)
        end as date_last_year
    from targets
    inner join dates
        on dates.date_day between targets.period_start_date and targets.period_end_date
),

shaped as (
    select
        days_of_periods.*,
        actuals.metric_value,
        last_year.metric_value as value_last_year,
        count(last_year.metric_value) over version_days as days_last_year,
        count(*) over version_days as day_count,
        sum(last_year.metric_value) over version_days as total_last_year
    from days_of_periods
    left join actuals
        on
            days_of_periods.shop_id = actuals.shop_id
            and days_of_periods.channel = actuals.channel
            and days_of_periods.listing_id = actuals.listing_id
            and days_of_periods.metric_id = actuals.metric_id
            and days_of_periods.date_day = actuals.sales_date
    left join actuals as last_year
        on
            days_of_periods.shop_id = last_year.shop_id
            and days_of_periods.channel = last_year.channel
            and days_of_periods.listing_id = last_year.listing_id
            and days_of_periods.metric_id = last_year.metric_id
            and days_of_periods.date_last_year = last_year.sales_date
    window version_days as (partition by days_of_periods.record_key)
),

weighed as (
    select
        *,
        case
            when curve = 'festival' then festival_weight
            when
                curve = 'last_year'
                and days_last_year = day_count
                and total_last_year > 0
                then greatest(value_last_year, 0)
            else 1
        end as weight
    from shaped
),

cumulated as (
    select
        *,
        sum(weight) over (
            partition by record_key order by date_day
            rows between unbounded preceding and current row
        ) as weight_to_date,
        sum(weight) over (partition by record_key) as whole_weight,
        sum(metric_value) over (
            partition by record_key order by date_day
            rows between unbounded preceding and current row
        ) as actual_to_date
    from weighed
),

reached as (
    select
        record_key,
        min(date_day) as reached_date
    from cumulated
    where actual_to_date >= target_value
    group by record_key
),

progress as (
    select
        cumulated.*,
        reached.reached_date
    from cumulated
    inner join spans on cumulated.shop_id = spans.shop_id
    left join reached on cumulated.record_key = reached.record_key
    where
        cumulated.date_day between spans.first_date and spans.last_date
        and {{ holds_on(
            'cumulated.date_day', 'cumulated.valid_from', 'cumulated.valid_to'
        ) }}
),

-- the first day on which the pace so far, along the curve, reaches the target: in the
-- period, else in a second one of the same shape
forecast as (
    select
        progress.record_key,
        progress.date_day,
        min(
            case
                when
                    curve_days.weight_to_date * progress.actual_to_date
                    >= progress.target_value * progress.weight_to_date
                    then curve_days.date_day
            end
        ) as date_in_period,
        min(
            case
                when
                    (curve_days.weight_to_date + curve_days.whole_weight)
                    * progress.actual_to_date
                    >= progress.target_value * progress.weight_to_date
                    then {{ dbt.datediff(
                        'curve_days.period_start_date', 'curve_days.date_day', 'day'
                    ) }} + 1
            end
        ) as days_beyond_period
    from progress
    inner join cumulated as curve_days on progress.record_key = curve_days.record_key
    where
        progress.actual_to_date > 0
        and progress.weight_to_date > 0
        and progress.actual_to_date < progress.target_value
    group by progress.record_key, progress.date_day
),

figured as (
    select
        progress.shop_id,
        progress.channel,
        progress.listing_id,
        progress.metric_id,
        progress.period_kind,
        progress.period_start_date,
        progress.date_day as plan_date,
        progress.target_value,
        progress.target_value
        * progress.weight_to_date / progress.whole_weight as planned_to_date,
        progress.actual_to_date,
        progress.actual_to_date / nullif(progress.target_value, 0) as done_rate,
        progress.weight_to_date / progress.whole_weight as time_share,
        progress.actual_to_date
        / nullif(progress.target_value, 0)
        - progress.weight_to_date / progress.whole_weight as pace_gap_rate,
        case
            when progress.actual_to_date >= progress.target_value then 0
            else
                (progress.target_value - progress.actual_to_date)
                / nullif(
                    {{ dbt.datediff(
                        'progress.date_day', 'progress.period_end_date', 'day'
                    ) }},
                    0
                )
        end as needed_per_day,
        progress.actual_to_date * progress.whole_weight
        / nullif(progress.weight_to_date, 0) as forecast_value,
        coalesce(
            case
                when progress.reached_date <= progress.date_day
                    then progress.reached_date
            end,
            forecast.date_in_period,
            {{ days_after('progress.period_end_date', 'forecast.days_beyond_period') }}
        ) as finish_date
    from progress
    left join forecast
        on
            progress.record_key = forecast.record_key
            and progress.date_day = forecast.date_day
)

select * from figured
