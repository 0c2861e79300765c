{#- The pairs of a base month and a month at most a year after it whose sums may be
    others now: those with a touched month in either place. -#}

with

days as (
    select * from {{ ref('int_shop_days_touched') }}
),

touched as (
    select
        shop_id,
        {{ month_of('sales_date') }} as month_date
    from days
    group by shop_id, {{ month_of('sales_date') }}
),

months as (
    select month_date
    from {{ ref('dim_date') }}
    group by month_date
),

pairs as (
    select
        touched.shop_id,
        touched.month_date as base_month_date,
        months.month_date as activity_month_date
    from touched
    inner join months
        on
            touched.month_date <= months.month_date
            and {{ months_after('touched.month_date', 12) }} >= months.month_date
    union
    select
        touched.shop_id,
        months.month_date as base_month_date,
        touched.month_date as activity_month_date
    from touched
    inner join months
        on
            touched.month_date >= months.month_date
            and {{ months_after('touched.month_date', -12) }} <= months.month_date
)

select * from pairs
