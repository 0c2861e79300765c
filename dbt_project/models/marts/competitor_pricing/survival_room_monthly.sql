{{ config(
    indexes=[
        {
            'columns': ['listing_id', 'month_date', 'sku_id_or_all', 'category_id'],
            'unique': true,
        },
        {'columns': ['month_date', 'verdict']},
    ],
) }}

with

positions as (
    select * from {{ ref('price_positions_daily') }}
),

listings as (
    select * from {{ ref('dim_listings') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

costs as (
    select * from {{ ref('int_listing_costs') }}
),

fees as (
    select * from {{ ref('int_listing_fee_rates') }}
),

sold as (
    select * from {{ ref('agg_listing_orders_daily') }}
    where sku_id_or_all = 'all'
),

ads as (
    select * from {{ ref('fct_ad_daily') }}
),

shop_days as (
    select * from {{ ref('shop_sales_daily') }}
    where channel = 'all'
),

months as (
    select
        listing_id,
        sku_id_or_all,
        {{ month_of('price_date') }} as month_date,
        max(price_date) as last_date,
        {{ quantile('rival_min_price', 0.5) }} as rival_floor_price,
        {{ quantile('rival_p25_price', 0.5) }} as rival_p25_price
    from positions
    group by listing_id, sku_id_or_all, {{ month_of('price_date') }}
),

-- as of the last day of the month that has a price
placed as (
    select
        months.*,
        listings.shop_id,
        listings.category_id,
        {{ local_date(as_of(), 'shops.time_zone') }} as run_date,
        {{ days_after(dbt.dateadd('month', 1, 'months.month_date'), -1) }}
            as month_end_date
    from months
    inner join listings
        on
            months.listing_id = listings.listing_id
            and {{ holds_on(
                'months.last_date', 'listings.valid_from', 'listings.valid_to'
            ) }}
    inner join shops on listings.shop_id = shops.shop_id
),

cost_candidates as (
    select
        placed.listing_id,
        placed.sku_id_or_all,
        placed.month_date,
        placed.last_date as fx_date,
        costs.unit_cost_est,
        costs.freight_unit_amount,
        costs.currency,
        row_number() over (
            partition by placed.listing_id, placed.sku_id_or_all, placed.month_date
            order by costs.priority asc, costs.valid_from desc, costs.currency asc
        ) as choice_no
    from placed
    inner join costs
        on
            placed.listing_id = costs.listing_id
            and costs.sku_id_or_all in (placed.sku_id_or_all, 'all')
            and {{ holds_on('placed.last_date', 'costs.valid_from', 'costs.valid_to') }}
),

pairs as (
    select distinct
        currency,
        fx_date
    from cost_candidates
    where choice_no = 1
),

{{ rated_pairs() }},

costed as (
    select
        cost_candidates.listing_id,
        cost_candidates.sku_id_or_all,
        cost_candidates.month_date,
        cost_candidates.unit_cost_est * rated.fx_rate as unit_cost,
        cost_candidates.freight_unit_amount * rated.fx_rate as freight_unit_amount
    from cost_candidates
    left join rated
        on
            cost_candidates.currency = rated.currency
            and cost_candidates.fx_date = rated.fx_date
    where cost_candidates.choice_no = 1
),

named_ads as (
    select
        shop_id,
        listing_id,
        {{ month_of('sales_date') }} as month_date,
        sum(cost_amount) as ad_amount
    from ads
    where listing_id is not null
    group by shop_id, listing_id, {{ month_of('sales_date') }}
),

named_ads_of_shops as (
    select
        shop_id,
        month_date,
        sum(ad_amount) as ad_amount
    from named_ads
    group by shop_id, month_date
),

-- a day whose orders or ads were not delivered makes the month's cost unknown
shop_months as (
    select
        shop_id,
        {{ month_of('sales_date') }} as month_date,
        case when count(ad_cost_amount) = count(*) then sum(ad_cost_amount) end
            as ad_amount,
        sum(goods_sales) as goods_sales
    from shop_days
    group by shop_id, {{ month_of('sales_date') }}
),

sold_months as (
    select
        shop_id,
        listing_id,
        {{ month_of('sales_date') }} as month_date,
        sum(units) as units,
        sum(goods_sales) as goods_sales
    from sold
    group by shop_id, listing_id, {{ month_of('sales_date') }}
),

-- ads that name no listing are borne by all goods of the shop, by their sales
advertised as (
    select
        sold_months.shop_id,
        sold_months.listing_id,
        sold_months.month_date,
        (
            coalesce(named_ads.ad_amount, 0)
            + (shop_months.ad_amount - coalesce(named_ads_of_shops.ad_amount, 0))
            * coalesce(sold_months.goods_sales / nullif(shop_months.goods_sales, 0), 0)
        )
        / nullif(sold_months.units, 0) as ad_unit_amount
    from sold_months
    inner join shop_months
        on
            sold_months.shop_id = shop_months.shop_id
            and sold_months.month_date = shop_months.month_date
    left join named_ads
        on
            sold_months.shop_id = named_ads.shop_id
            and sold_months.listing_id = named_ads.listing_id
            and sold_months.month_date = named_ads.month_date
    left join named_ads_of_shops
        on
            sold_months.shop_id = named_ads_of_shops.shop_id
            and sold_months.month_date = named_ads_of_shops.month_date
),

refunded as (
    select
        placed.listing_id,
        placed.sku_id_or_all,
        placed.month_date,
        sum(sold.refunded_goods_amount) / nullif(sum(sold.goods_sales), 0)
            as refund_rate
    from placed
    inner join sold
        on
            placed.shop_id = sold.shop_id
            and placed.listing_id = sold.listing_id
            and placed.last_date >= sold.sales_date
            and {{ days_after('placed.last_date', -90) }} < sold.sales_date
    group by placed.listing_id, placed.sku_id_or_all, placed.month_date
),

joined as (
    select
        placed.listing_id,
        placed.sku_id_or_all,
        coalesce(placed.category_id, 'unknown') as category_id,
        placed.month_date,
        costed.unit_cost,
        fees.fee_rate,
        costed.freight_unit_amount,
        advertised.ad_unit_amount,
        refunded.refund_rate,
        placed.rival_floor_price,
        placed.rival_p25_price,
        placed.run_date <= placed.month_end_date as is_partial
    from placed
    left join costed
        on
            placed.listing_id = costed.listing_id
            and placed.sku_id_or_all = costed.sku_id_or_all
            and placed.month_date = costed.month_date
    left join fees
        on
            placed.listing_id = fees.listing_id
            and {{ holds_on('placed.last_date', 'fees.valid_from', 'fees.valid_to') }}
    left join advertised
        on
            placed.shop_id = advertised.shop_id
            and placed.listing_id = advertised.listing_id
            and placed.month_date = advertised.month_date
    left join refunded
        on
            placed.listing_id = refunded.listing_id
            and placed.sku_id_or_all = refunded.sku_id_or_all
            and placed.month_date = refunded.month_date
),

viable as (
    select
        *,
        (unit_cost + freight_unit_amount + ad_unit_amount)
        / nullif(greatest(1 - fee_rate, 0), 0)
        / nullif(greatest(1 - refund_rate, 0), 0) as min_viable_price
    from joined
),

roomy as (
    select
        *,
        rival_p25_price / nullif(min_viable_price, 0) - 1 as headroom_rate
    from viable
),

rooms as (
    select
        listing_id,
        sku_id_or_all,
        category_id,
        month_date,
        unit_cost,
        fee_rate,
        freight_unit_amount,
        ad_unit_amount,
        refund_rate,
        min_viable_price,
        rival_floor_price,
        rival_p25_price,
        headroom_rate,
        case
            when headroom_rate >= 0.15 then 'room'
            when headroom_rate >= 0 then 'thin'
            when headroom_rate < 0 then 'none'
            else 'unknown'
        end as verdict,
        is_partial
    from roomy
)

select * from rooms
