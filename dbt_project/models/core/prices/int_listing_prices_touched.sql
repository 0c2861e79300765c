with

listings_touched as (
    select * from {{ ref('int_listings_touched') }}
),

inputs as (
    select * from {{ ref('int_price_inputs_changed') }}
),

listings as (
    select * from {{ ref('dim_listings') }}
),

causes as (
    select
        listing_id,
        touched_from
    from listings_touched
    union all
    select
        listing_id,
        touched_from
    from inputs
    where listing_id is not null
    union all
    select
        listings.listing_id,
        inputs.touched_from
    from inputs
    inner join listings
        on
            inputs.platform_id in (listings.platform_id, 'all')
            and (inputs.shop_id is null or inputs.shop_id = listings.shop_id)
    where inputs.listing_id is null
),

touched as (
    select
        listing_id,
        min(touched_from) as touched_from
    from causes
    group by listing_id
)

select * from touched
