with

lifetimes as (
    select * from {{ ref('agg_customer_lifetimes') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

days as (
    select * from {{ ref('agg_customer_days') }}
),

profits as (
    select * from {{ ref('agg_customer_profits_daily') }}
),

predictions as (
    select * from {{ ref('stg_ops__customer_predictions') }}
),

segments as (
    select * from {{ ref('rfm_segments') }}
),

run_dates as (
    select
        shop_id,
        {{ run_date('time_zone') }} as run_date
    from shops
),

-- the 365 days that end with the day of the run
last_years as (
    select
        days.shop_id,
        days.customer_id,
        sum(days.order_count) as frequency_365,
        sum(days.net_sales_by_order) as monetary_365
    from days
    inner join run_dates on days.shop_id = run_dates.shop_id
    where
        days.purchase_date > {{ days_after('run_dates.run_date', -365) }}
        and days.purchase_date <= run_dates.run_date
    group by days.shop_id, days.customer_id
),

-- what one order left is unknown without its costs, and so is the sum
earned as (
    select
        shop_id,
        customer_id,
        case when sum(uncosted_order_count) = 0 then sum(profit) end as lifetime_profit
    from profits
    group by shop_id, customer_id
),

measured as (
    select
        lifetimes.*,
        earned.lifetime_profit,
        {{ dbt.datediff('lifetimes.last_order_date', 'run_dates.run_date', 'day') }}
            as recency_days,
        coalesce(last_years.frequency_365, 0) as frequency_365,
        case
            when last_years.customer_id is null then 0
            else last_years.monetary_365
        end as monetary_365
    from lifetimes
    inner join run_dates on lifetimes.shop_id = run_dates.shop_id
    left join last_years
        on
            lifetimes.shop_id = last_years.shop_id
            and lifetimes.customer_id = last_years.customer_id
    left join earned
        on
            lifetimes.shop_id = earned.shop_id
            and lifetimes.customer_id = earned.customer_id
),

-- customers strictly worse come before, so equal ones share the lower score
ranked as (
    select
        *,
        count(*) over (partition by shop_id) as customers,
        rank() over (partition by shop_id order by recency_days desc) - 1
            as less_recent,
        rank() over (partition by shop_id order by frequency_365) - 1
            as less_frequent,
        rank() over (partition by shop_id order by coalesce(monetary_365, 0)) - 1
            as less_valuable
    from measured
),

-- whole numbers, whose division leaves the remainder away
scored as (
    select
        *,
        1 + 5 * less_recent / customers as r_score,
        1 + 5 * less_frequent / customers as f_score,
        1 + 5 * less_valuable / customers as m_score
    from ranked
),

published as (
    select
        scored.shop_id,
        scored.customer_id,
        scored.first_order_date,
        scored.last_order_date,
        scored.order_count,
        scored.purchase_day_count,
        scored.lifetime_gmv,
        scored.lifetime_net_sales,
        scored.lifetime_profit,
        scored.first_channel,
        scored.acquired_by,
        cast(scored.recency_days as bigint) as recency_days,
        cast(scored.frequency_365 as bigint) as frequency_365,
        scored.monetary_365,
        cast(scored.r_score as bigint) as r_score,
        cast(scored.f_score as bigint) as f_score,
        cast(scored.m_score as bigint) as m_score,
        segments.rfm_segment,
        predictions.repeat_x,
        predictions.t_x_weeks,
        predictions.age_weeks,
        predictions.repeat_value_avg,
        predictions.p_alive,
        predictions.exp_orders_12m_lo,
        predictions.exp_orders_12m_est,
        predictions.exp_orders_12m_hi,
        predictions.exp_value_12m_lo,
        predictions.exp_value_12m_est,
        predictions.exp_value_12m_hi,
        predictions.exp_value_12m_discounted,
        predictions.fit_id,
        case when predictions.fit_id is not null then predictions.prediction_date end
            as prediction_date,
        predictions.fit_id is not null as is_predicted
    from scored
    inner join segments
        on
            (scored.r_score > 3) = segments.is_recent
            and (scored.f_score > 3) = segments.is_frequent
            and (scored.m_score > 3) = segments.is_valuable
    left join predictions
        on
            scored.shop_id = predictions.shop_id
            and scored.customer_id = predictions.customer_id
)

select * from published
