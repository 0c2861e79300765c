-- Our listings and the others as they are now, with their last usable price in the
-- reporting currency.
with

listings as (
    select
        listing_id,
        title,
        brand_id,
        shop_id,
        is_own
    from core.dim_listings
    where is_current and title is not null
),

last_days as (
    select
        listing_id,
        max(price_date) as price_date
    from core.agg_competitor_prices_daily
    where final_price is not null
    group by listing_id
),

prices as (
    select
        daily.listing_id,
        min(daily.final_price) as final_price
    from core.agg_competitor_prices_daily as daily
    inner join last_days
        on
            daily.listing_id = last_days.listing_id
            and daily.price_date = last_days.price_date
    group by daily.listing_id
)

select
    listings.listing_id as id,
    listings.title,
    split_part(listings.brand_id, ':', 2) as brand,
    listings.shop_id as shop,
    prices.final_price as price,
    listings.is_own
from listings
left join prices on listings.listing_id = prices.listing_id
order by listings.listing_id
