{{ config(
    indexes=[
        {'columns': ['listing_id', 'price_date', 'sku_id_or_all'], 'unique': true},
        {'columns': ['price_date', 'index_group']},
    ],
) }}

with

prices as (
    select * from {{ ref('agg_competitor_prices_daily') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

listings as (
    select * from {{ ref('dim_listings') }}
    where is_current and is_own
),

matches as (
    select * from {{ ref('listing_matches') }}
    where is_usable
),

sold as (
    select * from {{ ref('agg_listing_orders_daily') }}
),

coverage as (
    select * from {{ ref('fct_coverage_daily') }}
    where covered_kind = 'shop' and stream = 'orders'
),

traffic as (
    select * from {{ ref('fct_traffic_daily') }}
    where traffic_level = 'listing' and channel is null and entry is null
),

-- of our listings, on the days that were over when the run began
own as (
    select
        prices.listing_id,
        prices.sku_id_or_all,
        prices.price_date,
        listings.shop_id,
        prices.final_price as own_final_price
    from prices
    inner join platforms on prices.platform_id = platforms.platform_id
    inner join listings on prices.listing_id = listings.listing_id
    where prices.price_date < {{ local_date(as_of(), 'platforms.time_zone') }}
),

-- what can be bought at a price seen in the last three days
on_sale as (
    select
        listing_id,
        sku_id_or_all,
        price_date,
        final_price
    from prices
    where
        final_price is not null
        and days_since_seen <= 3
        and coalesce(status, 'on') = 'on'
),

-- a rival counts once, at its lowest price, however many of its SKUs are matched
rivals as (
    select
        own.listing_id,
        own.sku_id_or_all,
        own.price_date,
        matches.rival_listing_id,
        min(on_sale.final_price) as rival_price
    from own
    inner join matches
        on
            own.listing_id = matches.own_listing_id
            and matches.own_sku_id_or_all in (own.sku_id_or_all, 'all')
            and {{ holds_on(
                'own.price_date', 'matches.valid_from', 'matches.valid_to'
            ) }}
    inner join on_sale
        on
            matches.rival_listing_id = on_sale.listing_id
            and matches.rival_sku_id_or_all in (on_sale.sku_id_or_all, 'all')
            and own.price_date = on_sale.price_date
    where own.own_final_price is not null
    group by
        own.listing_id,
        own.sku_id_or_all,
        own.price_date,
        matches.rival_listing_id
),

compared as (
    select
        own.listing_id,
        own.sku_id_or_all,
        own.price_date,
        count(rivals.rival_price) as rival_count,
        min(rivals.rival_price) as rival_min_price,
        {{ quantile('rivals.rival_price', 0.25) }} as rival_p25_price,
        {{ quantile('rivals.rival_price', 0.5) }} as rival_median_price,
        avg(rivals.rival_price) as rival_mean_price,
        sum(case when rivals.rival_price < own.own_final_price then 1 else 0 end)
            as cheaper_count
    from own
    inner join rivals
        on
            own.listing_id = rivals.listing_id
            and own.sku_id_or_all = rivals.sku_id_or_all
            and own.price_date = rivals.price_date
    group by own.listing_id, own.sku_id_or_all, own.price_date
),

visited as (
    select
        listing_id,
        coalesce(sku_id, 'all') as sku_id_or_all,
        stat_date,
        max(visitors) as visitors
    from traffic
    group by listing_id, coalesce(sku_id, 'all'), stat_date
),

measured as (
    select
        own.*,
        compared.rival_count,
        compared.rival_min_price,
        compared.rival_p25_price,
        compared.rival_median_price,
        compared.rival_mean_price,
        compared.cheaper_count,
        visited.visitors,
        case when coverage.is_delivered then coalesce(sold.units, 0) else sold.units end
            as units,
        case
            when coverage.is_delivered then coalesce(sold.buyers, 0) else sold.buyers
        end as buyers
    from own
    left join compared
        on
            own.listing_id = compared.listing_id
            and own.sku_id_or_all = compared.sku_id_or_all
            and own.price_date = compared.price_date
    left join sold
        on
            own.shop_id = sold.shop_id
            and own.listing_id = sold.listing_id
            and own.sku_id_or_all = sold.sku_id_or_all
            and own.price_date = sold.sales_date
    left join coverage
        on own.shop_id = coverage.covered_id and own.price_date = coverage.coverage_date
    left join visited
        on
            own.listing_id = visited.listing_id
            and own.sku_id_or_all = visited.sku_id_or_all
            and own.price_date = visited.stat_date
),

indexed as (
    select
        *,
        100 * own_final_price / nullif(rival_mean_price, 0) as price_index
    from measured
),

positions as (
    select
        listing_id,
        sku_id_or_all,
        price_date,
        own_final_price,
        cast(
            case when own_final_price is not null then coalesce(rival_count, 0) end
            as bigint
        ) as rival_count,
        rival_min_price,
        case when rival_count >= 4 then rival_p25_price end as rival_p25_price,
        rival_median_price,
        price_index,
        cast(cheaper_count as numeric) / nullif(rival_count, 0) as price_rank_share,
        cast(buyers as numeric) / nullif(visitors, 0) as conversion_rate,
        units,
        case
            when price_index < 95 then 'below'
            when price_index <= 105 then 'at'
            when price_index > 105 then 'above'
        end as index_group
    from indexed
)

select * from positions
