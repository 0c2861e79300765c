{%- set lengths = reference_lengths() -%}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={'model': 'int_listing_prices_touched', 'date': 'price_date'},
    indexes=[{
        'columns': ['listing_id', 'price_date', 'sku_id_or_all'], 'unique': true,
    }],
) }}

with

listing_days as (
    select * from {{ ref('fct_listing_days') }}
),

activity_days as (
    select * from {{ ref('int_listing_activity_days') }}
),

touched as (
    select * from {{ ref('int_listing_prices_touched') }}
),

rules as (
    select * from {{ ref('dim_platform_rules') }}
    where rule_id = 'reference_price_days'
),

costs as (
    select * from {{ ref('int_listing_costs') }}
),

fees as (
    select * from {{ ref('int_listing_fee_rates') }}
),

sizes as (
    select * from {{ ref('int_pack_sizes') }}
),

days as (
    select
        listing_days.*,
        activity_days.price_date is not null as is_activity_day,
        activity_days.activity_price,
        activity_days.activity_id
    from listing_days
    {% if is_incremental() %}
    inner join touched
        on
            listing_days.listing_id = touched.listing_id
            and listing_days.price_date >= touched.touched_from
    {% endif %}
    left join activity_days
        on
            listing_days.listing_id = activity_days.listing_id
            and listing_days.price_date = activity_days.price_date
            and listing_days.sku_id_or_all = activity_days.sku_id_or_all
),

ruled as (
    select
        dated.platform_id,
        dated.price_date,
        rules.value_number as reference_days,
        row_number() over (
            partition by dated.platform_id, dated.price_date
            order by case when rules.platform_id = 'all' then 1 else 0 end
        ) as choice_no
    from (
        select distinct
            platform_id,
            price_date
        from days
    ) as dated
    inner join rules
        on
            rules.platform_id in (dated.platform_id, 'all')
            and {{ holds_on('dated.price_date', 'rules.valid_from', 'rules.valid_to') }}
),

lined as (
    select
        days.listing_id,
        days.sku_id_or_all,
        days.price_date,
        {{ dbt.datediff("date '2000-01-01'", 'days.price_date', 'day') }} as day_no,
        days.final_price,
        coalesce(ruled.reference_days, 30) as reference_days,
        days.snapshot_count > 0 and days.final_price is not null as is_usable,
        days.snapshot_count > 0
        and days.final_price is not null
        and not days.is_activity_day as is_regular,
        true as is_built
    from days
    left join ruled
        on
            days.platform_id = ruled.platform_id
            and days.price_date = ruled.price_date
            and ruled.choice_no = 1
    {% if is_incremental() %}
    union all
    select
        standing.listing_id,
        standing.sku_id_or_all,
        standing.price_date,
        {{ dbt.datediff("date '2000-01-01'", 'standing.price_date', 'day') }} as day_no,
        standing.final_price,
        null as reference_days,
        true as is_usable,
        not standing.is_activity_day as is_regular,
        false as is_built
    from {{ this }} as standing
    inner join touched
        on
            standing.listing_id = touched.listing_id
            and standing.price_date < touched.touched_from
            and standing.price_date
            >= {{ days_after('touched.touched_from', -(lengths | max)) }}
    where standing.snapshot_count > 0 and standing.final_price is not null
    {% endif %}
),

{{ daily_price_steps(lengths) }},

{{ price_low_steps(this if is_incremental() else none) }},

cost_candidates as (
    select
        days.listing_id,
        days.sku_id_or_all,
        days.price_date,
        costs.unit_cost_lo,
        costs.unit_cost_est,
        costs.unit_cost_hi,
        costs.currency,
        costs.cost_basis,
        costs.valid_from as cost_as_of,
        row_number() over (
            partition by days.listing_id, days.sku_id_or_all, days.price_date
            order by costs.priority asc, costs.valid_from desc, costs.currency asc
        ) as choice_no
    from days
    inner join costs
        on
            days.listing_id = costs.listing_id
            and costs.sku_id_or_all in (days.sku_id_or_all, 'all')
            and {{ holds_on('days.price_date', 'costs.valid_from', 'costs.valid_to') }}
),

pairs as (
    select distinct
        currency,
        price_date as fx_date
    from cost_candidates
    where choice_no = 1
),

{{ rated_pairs() }},

costed as (
    select
        cost_candidates.*,
        rated.fx_rate
    from cost_candidates
    left join rated
        on
            cost_candidates.currency = rated.currency
            and cost_candidates.price_date = rated.fx_date
    where cost_candidates.choice_no = 1
),

priced as (
    select
        days.*,
        daily_prices.daily_price,
        days.final_price
        / coalesce(of_sku.unit_size, of_listing.unit_size) as unit_price,
        costed.unit_cost_lo * costed.fx_rate as est_cost_lo,
        costed.unit_cost_est * costed.fx_rate as est_cost_est,
        costed.unit_cost_hi * costed.fx_rate as est_cost_hi,
        costed.cost_basis,
        costed.cost_as_of,
        days.final_price * (1 - fees.fee_rate) as kept_price,
        lows.price_date is not null as is_low_365d
    from days
    left join daily_prices
        on
            days.listing_id = daily_prices.listing_id
            and days.sku_id_or_all = daily_prices.sku_id_or_all
            and days.price_date = daily_prices.price_date
    left join lows
        on
            days.listing_id = lows.listing_id
            and days.sku_id_or_all = lows.sku_id_or_all
            and days.price_date = lows.price_date
    left join costed
        on
            days.listing_id = costed.listing_id
            and days.sku_id_or_all = costed.sku_id_or_all
            and days.price_date = costed.price_date
    left join fees
        on
            days.listing_id = fees.listing_id
            and {{ holds_on('days.price_date', 'fees.valid_from', 'fees.valid_to') }}
    left join sizes as of_sku on days.sku_id_or_all = of_sku.subject_id
    left join sizes as of_listing on days.listing_id = of_listing.subject_id
),

prices as (
    select
        listing_id,
        sku_id_or_all,
        price_date,
        platform_id,
        shop_id,
        currency,
        fx_rate,
        list_price,
        shown_price,
        coupon_amount,
        group_price,
        single_price,
        final_price,
        final_price_original,
        lowest_final_price,
        highest_final_price,
        activity_price,
        activity_id,
        is_activity_day,
        daily_price,
        unit_price,
        est_cost_lo,
        est_cost_est,
        est_cost_hi,
        cost_basis,
        cost_as_of,
        kept_price - est_cost_hi as est_margin_lo,
        kept_price - est_cost_est as est_margin_est,
        kept_price - est_cost_lo as est_margin_hi,
        is_low_365d,
        status,
        days_since_seen,
        snapshot_count,
        is_carried
    from priced
)

select * from prices
