{#
    What counters say of days on end that are alike: one row per sales unit and run of
    days, with what holds of each of them. Days between two rows of a lifetime counter
    are alike where nothing changes, price and category included; days that a window
    speaks of are told one by one. fct_listing_sales_daily spells the days out.
#}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={
        'model': 'int_sales_units_rebuilt', 'key': 'sales_unit_id',
        'date': 'last_date', 'from': 'rebuilt_from',
    },
    indexes=[{'columns': ['sales_unit_id', 'first_date'], 'unique': true}],
) }}
{%- set alike = [
    'sales_unit_id', 'platform_id', 'platform_category_id', 'units_lo', 'units_est',
    'units_hi', 'price_lo', 'price_est', 'price_hi', 'episode_no', 'level_lo_before',
    'level_hi_before', 'level_lo', 'level_hi', 'window_days', 'sales_basis',
    'is_open_ended', 'is_est_clipped', 'is_contradicted',
] %}

with

segments as (
    select * from {{ ref('int_counter_segments') }}
    where date_before is not null
),

rolling_days as (
    select * from {{ ref('int_rolling_days') }}
),

rebuilt as (
    select * from {{ ref('int_sales_units_rebuilt') }}
),

prices as (
    select * from {{ ref('int_sales_unit_days') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

unit_days as (
    select prices.*
    from prices
    {% if is_incremental() %}
    inner join rebuilt
        on
            prices.sales_unit_id = rebuilt.sales_unit_id
            and prices.unit_date >= rebuilt.rebuilt_from
    {% endif %}
),

intervals as (
    select
        segments.*,
        rebuilt.rebuilt_from
    from segments
    inner join rebuilt
        on
            segments.sales_unit_id = rebuilt.sales_unit_id
            and segments.closing_date >= rebuilt.rebuilt_from
),

-- most intervals are one day
lifetime_days as (
    select
        *,
        closing_date as sales_date,
        day_no as sales_no
    from intervals
    where day_no = closed_no + 1
    union all
    select
        intervals.*,
        dates.date_day as sales_date,
        {{ dbt.datediff("date '2000-01-01'", 'dates.date_day', 'day') }} as sales_no
    from intervals
    inner join dates
        on
            intervals.date_before < dates.date_day
            and intervals.closing_date >= dates.date_day
    where intervals.day_no > intervals.closed_no + 1
),

leveled as (
    select
        sales_unit_id,
        sales_date,
        sales_no,
        closing_date,
        day_no > closed_no + 1 as is_spread,
        platform_id,
        episode_no,
        case when sales_no - 1 = closed_no then level_hi_before else level_hi end
            as level_hi_before,
        level_lo_before,
        case when sales_no = day_no then level_lo else level_lo_before end as level_lo,
        level_hi,
        is_bound_open,
        case
            when not is_crossing then rate_before
            -- the crossing is half way between the readings
            when 2 * sales_no <= closed_no + day_no then rate_before
            when 2 * sales_no >= closed_no + day_no + 2 then rate_after
            else (rate_before + rate_after) / 2
        end as units_est,
        case
            when is_crossing and 2 * sales_no > closed_no + day_no then basis_after
            else basis_before
        end as sales_basis
    from lifetime_days
    where sales_date >= rebuilt_from
),

bounded as (
    select
        sales_unit_id,
        sales_date,
        sales_no,
        closing_date,
        is_spread,
        platform_id,
        episode_no,
        level_lo_before,
        level_hi_before,
        level_lo,
        level_hi,
        greatest(0, level_lo - level_hi_before) as units_lo,
        units_est,
        level_hi - level_lo_before as units_hi,
        is_bound_open,
        sales_basis
    from leveled
),

-- both kinds of counter: the bounds meet; where they do not, the lifetime counter holds
joined as (
    select
        coalesce(bounded.sales_unit_id, rolling_days.sales_unit_id) as sales_unit_id,
        coalesce(bounded.sales_date, rolling_days.sales_date) as sales_date,
        bounded.sales_no,
        bounded.closing_date,
        coalesce(bounded.is_spread, false)
        and rolling_days.sales_unit_id is null as is_spread,
        coalesce(bounded.platform_id, rolling_days.platform_id) as platform_id,
        bounded.episode_no,
        bounded.level_lo_before,
        bounded.level_hi_before,
        bounded.level_lo,
        bounded.level_hi,
        bounded.units_lo as lifetime_lo,
        bounded.units_est as lifetime_est,
        bounded.units_hi as lifetime_hi,
        rolling_days.units_lo as rolling_lo,
        rolling_days.units_est as rolling_est,
        rolling_days.units_hi as rolling_hi,
        rolling_days.window_days,
        coalesce(
            greatest(bounded.units_lo, rolling_days.units_lo)
            > least(bounded.units_hi, rolling_days.units_hi),
            false
        ) as is_contradicted,
        coalesce(
            bounded.sales_basis in ('review', 'age', 'prior', 'long_gap'), true
        )
        and rolling_days.sales_unit_id is not null as is_told_by_window,
        coalesce(bounded.is_bound_open, rolling_days.is_open_ended) as is_open_ended,
        bounded.sales_basis as lifetime_basis,
        rolling_days.rolling_basis
    from bounded
    full outer join rolling_days
        on
            bounded.sales_unit_id = rolling_days.sales_unit_id
            and bounded.sales_date = rolling_days.sales_date
),

chosen as (
    select
        *,
        case
            when is_contradicted then lifetime_lo
            else greatest(lifetime_lo, rolling_lo)
        end as units_lo,
        case
            when is_told_by_window and not is_contradicted then rolling_est
            else lifetime_est
        end as wanted,
        case
            when is_contradicted then lifetime_hi else least(lifetime_hi, rolling_hi)
        end as units_hi,
        case
            when is_told_by_window and not is_contradicted then rolling_basis
            else lifetime_basis
        end as sales_basis
    from joined
),

priced as (
    select
        chosen.sales_unit_id,
        chosen.sales_date,
        chosen.sales_no,
        chosen.closing_date,
        chosen.is_spread,
        chosen.platform_id,
        unit_days.platform_category_id,
        chosen.episode_no,
        chosen.level_lo_before,
        chosen.level_hi_before,
        chosen.level_lo,
        chosen.level_hi,
        cast(chosen.window_days as bigint) as window_days,
        chosen.units_lo,
        least(greatest(chosen.wanted, chosen.units_lo), chosen.units_hi) as units_est,
        chosen.units_hi,
        unit_days.price_lo,
        unit_days.price_est,
        unit_days.price_hi,
        chosen.sales_basis,
        chosen.is_open_ended,
        coalesce(
            chosen.wanted < chosen.units_lo or chosen.wanted > chosen.units_hi, false
        ) as is_est_clipped,
        chosen.is_contradicted
    from chosen
    left join unit_days
        on
            chosen.sales_unit_id = unit_days.sales_unit_id
            and chosen.sales_date = unit_days.unit_date
),

-- the rest follows from these
numbered as (
    select
        *,
        sales_no - row_number() over (
            partition by
                sales_unit_id,
                closing_date,
                level_hi_before,
                level_lo,
                units_est,
                sales_basis,
                price_lo,
                price_est,
                price_hi,
                platform_category_id
            order by sales_no
        ) as run_no
    from priced
    where is_spread
),

runs as (
    select
        sales_date as first_date,
        sales_date as last_date,
        {{ alike | join(', ') }}
    from priced
    where not is_spread
    union all
    select
        min(sales_date) as first_date,
        max(sales_date) as last_date,
        {{ alike | join(', ') }}
    from numbered
    group by closing_date, run_no, {{ alike | join(', ') }}
)

select * from runs
