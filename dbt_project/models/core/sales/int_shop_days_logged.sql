{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ clear_log() }}",
) }}

{#- A log: the facts write the days whose rows they change into it, in the transaction
    that changes them. It begins with the days on which a cost in another currency may
    have another rate now. -#}

with

shops as (
    select * from {{ ref('dim_shops') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

costs as (
    select * from {{ ref('int_costs_unioned') }}
),

rate_days as (
    {{ touched_in('fx_rates', 'rate_date') }}
),

touched_dates as (
    select dates.date_day
    from dates
    inner join rate_days
        on
            dates.date_day >= cast(rate_days.rate_date as date)
            and dates.date_day <= {{ days_after(
                'cast(rate_days.rate_date as date)', var('fx_rate_max_age_days')
            ) }}
    group by dates.date_day
),

touched as (
    select
        shops.shop_id,
        touched_dates.date_day as sales_date,
        cast({{ var('from_seq') }} as bigint) as from_seq
    from shops
    cross join touched_dates
    where exists (
        select 1 from costs
        where costs.currency <> '{{ var("reporting_currency") }}'
    )
)

select * from touched
