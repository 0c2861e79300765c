{#- Kaplan-Meier estimate of the time to the second purchase day with Greenwood's
    standard error: E. Kaplan, P. Meier, JASA 53, 1958. The bounds are log-log. -#}
{%- set grid = [30, 60, 90, 180, 365] -%}
{%- set z = 1.959963984540054 -%}

with

lifetimes as (
    select * from {{ ref('agg_customer_lifetimes') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

{{ last_whole_days() }},

followed as (
    select
        lifetimes.shop_id,
        lifetimes.first_channel,
        lifetimes.acquired_by,
        {{ month_of('lifetimes.first_order_date') }} as cohort_month_date,
        coalesce(lifetimes.second_order_date <= ends.end_date, false) as is_event,
        case
            when lifetimes.second_order_date <= ends.end_date
                then {{ dbt.datediff(
                    'lifetimes.first_order_date', 'lifetimes.second_order_date', 'day'
                ) }}
            else {{ dbt.datediff(
                'lifetimes.first_order_date', 'ends.end_date', 'day'
            ) }}
        end as day_no
    from lifetimes
    inner join ends on lifetimes.shop_id = ends.shop_id
    where lifetimes.first_order_date <= ends.end_date
),

counted as (
    select
        shop_id,
        first_channel,
        acquired_by,
        cohort_month_date,
        day_no,
        count(*) as leaving,
        sum(case when is_event then 1 else 0 end) as events
    from followed
    group by shop_id, first_channel, acquired_by, cohort_month_date, day_no
),

customers as (
    {% for kind, segment in [
        ('all', "'all'"),
        ('cohort_month', 'cast(cohort_month_date as text)'),
        ('first_channel', 'first_channel'),
        ('acquired_by', 'acquired_by'),
    ] -%}
    select
        shop_id,
        '{{ kind }}' as segment_kind,
        {{ segment }} as segment,
        day_no,
        leaving,
        events
    from counted
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- days of the grid are shown while somebody is still watched
longest as (
    select
        shop_id,
        segment_kind,
        segment,
        max(day_no) as last_day_no,
        sum(leaving) as customers
    from customers
    group by shop_id, segment_kind, segment
),

days as (
    select
        shop_id,
        segment_kind,
        segment,
        day_no,
        leaving,
        events
    from customers
    {% for day in grid -%}
    union all
    select
        shop_id,
        segment_kind,
        segment,
        {{ day }} as day_no,
        0 as leaving,
        0 as events
    from longest
    where last_day_no >= {{ day }}
    {% endfor %}
),

by_day as (
    select
        shop_id,
        segment_kind,
        segment,
        day_no,
        sum(leaving) as leaving,
        sum(events) as events
    from days
    group by shop_id, segment_kind, segment, day_no
),

watched as (
    select
        by_day.*,
        longest.customers
        + by_day.leaving
        - sum(by_day.leaving) over (
            partition by by_day.shop_id, by_day.segment_kind, by_day.segment
            order by by_day.day_no
        ) as at_risk
    from by_day
    inner join longest
        on
            by_day.shop_id = longest.shop_id
            and by_day.segment_kind = longest.segment_kind
            and by_day.segment = longest.segment
),

shown as (
    select
        *,
        day_no in ({{ grid | join(', ') }}) as is_grid,
        lead(at_risk) over (
            partition by shop_id, segment_kind, segment order by day_no
        ) as next_at_risk
    from watched
    where events > 0 or day_no in ({{ grid | join(', ') }})
),

-- ln of what is left; once nobody is, the share is 0 and has no error
added_up as (
    select
        *,
        max(case when events = at_risk then 1 else 0 end) over curve = 1 as is_over,
        sum(
            case
                when events < at_risk
                    then ln(1 - cast(events as {{ dbt.type_float() }}) / at_risk)
                else 0
            end
        ) over curve as log_survival,
        sum(
            case
                when events < at_risk
                    then
                        cast(events as {{ dbt.type_float() }})
                        / at_risk
                        / (at_risk - events)
                else 0
            end
        ) over curve as variance
    from shown
    window curve as (
        partition by shop_id, segment_kind, segment order by day_no
    )
),

estimated as (
    select
        *,
        case when is_over then 0 else exp(log_survival) end as survival,
        case
            when not is_over and log_survival < 0
                then exp({{ z }} * sqrt(variance) / -log_survival)
        end as spread
    from added_up
),

published as (
    select
        shop_id,
        segment_kind,
        segment,
        cast(day_no as bigint) as day_no,
        cast(at_risk as bigint) as at_risk,
        cast(events as bigint) as events,
        cast(at_risk - events - coalesce(next_at_risk, 0) as bigint) as censored,
        is_grid,
        {{ twelve_digits('survival') }} as survival_share,
        case
            when not is_over then {{ twelve_digits('survival * sqrt(variance)') }}
        end as survival_se,
        {{ twelve_digits('1 - survival') }} as repeat_share,
        {{ twelve_digits('1 - exp(log_survival / spread)') }} as repeat_share_lo,
        {{ twelve_digits('1 - survival') }} as repeat_share_est,
        {{ twelve_digits('1 - exp(log_survival * spread)') }} as repeat_share_hi
    from estimated
)

select
    shop_id,
    segment_kind,
    segment,
    day_no,
    at_risk,
    events,
    censored,
    is_grid,
    survival_share,
    survival_se,
    repeat_share,
    coalesce(repeat_share_lo, repeat_share_est) as repeat_share_lo,
    repeat_share_est,
    coalesce(repeat_share_hi, repeat_share_est) as repeat_share_hi
from published
