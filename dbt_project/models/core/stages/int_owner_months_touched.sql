{#- The months of an owner whose buyers are counted again. -#}
with

days as (
    select * from {{ ref('int_shop_days_touched') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
    where is_own
),

touched as (
    select
        coalesce(shops.owner_id, shops.shop_id) as owner_id,
        {{ month_of('days.sales_date') }} as month_date
    from days
    inner join shops on days.shop_id = shops.shop_id
    group by
        coalesce(shops.owner_id, shops.shop_id), {{ month_of('days.sales_date') }}
)

select * from touched
