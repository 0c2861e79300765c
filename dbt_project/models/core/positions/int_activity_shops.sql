{#
    Which of our shops an activity could bring sales to: its own shop, or every shop of
    ours on its platform. One row per activity and shop.
#}
with

activities as (
    select * from {{ ref('activities') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
    where is_own
),

activity_shops as (
    select
        activities.activity_id,
        activities.platform_id,
        shops.shop_id,
        activities.listing_id,
        activities.first_date,
        activities.last_date,
        activities.ends_at,
        shops.time_zone
    from activities
    inner join shops
        on
            activities.platform_id in (shops.platform_id, 'all')
            and (activities.shop_id is null or activities.shop_id = shops.shop_id)
)

select * from activity_shops
