{#
    Falls of 5 % or more by what is fought over: a matched product, or a price band of a
    category on a platform (the scheme `fixed` of price_bands_monthly, by the price
    before the fall).
#}
with

changes as (
    select * from {{ ref('agg_price_changes') }}
    where change_rate <= -0.05
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

contenders as (
    select * from {{ ref('int_price_contenders') }}
),

listings as (
    select * from {{ ref('dim_listings') }}
    where category_id is not null
),

thresholds as (
    select * from {{ ref('price_bands') }}
),

-- of the days that were over when the run began
past as (
    select
        changes.listing_id,
        changes.sku_id_or_all,
        changes.changed_date,
        changes.platform_id,
        changes.price_before,
        changes.price_after,
        coalesce(changes.shop_id, changes.listing_id) as seller_id
    from changes
    inner join platforms on changes.platform_id = platforms.platform_id
    where changes.changed_date < {{ local_date(as_of(), 'platforms.time_zone') }}
),

placed as (
    select
        past.*,
        listings.category_id,
        case when stated.category_id is null then 'all' else stated.category_id end
            as scheme_category_id
    from past
    inner join listings
        on
            past.listing_id = listings.listing_id
            and {{ holds_on(
                'past.changed_date', 'listings.valid_from', 'listings.valid_to'
            ) }}
    left join (select distinct category_id from thresholds) as stated
        on listings.category_id = stated.category_id
),

banded as (
    select
        placed.listing_id,
        placed.sku_id_or_all,
        placed.changed_date,
        placed.platform_id,
        placed.category_id,
        placed.price_after,
        placed.seller_id,
        count(*) as band_no
    from placed
    inner join thresholds
        on
            placed.scheme_category_id = thresholds.category_id
            and placed.price_before >= thresholds.band_lo
    group by
        placed.listing_id,
        placed.sku_id_or_all,
        placed.changed_date,
        placed.platform_id,
        placed.category_id,
        placed.price_after,
        placed.seller_id
),

cuts as (
    select distinct
        contenders.product_id as field_id,
        true as is_product,
        past.listing_id,
        past.sku_id_or_all,
        past.changed_date,
        past.price_after,
        past.seller_id
    from past
    inner join contenders
        on
            past.listing_id = contenders.listing_id
            and contenders.sku_id_or_all in (past.sku_id_or_all, 'all')
            and {{ holds_on(
                'past.changed_date', 'contenders.valid_from', 'contenders.valid_to'
            ) }}
    union all
    select
        'band:' || platform_id || ':' || category_id || ':'
        || cast(band_no as {{ dbt.type_string() }}) as field_id,
        false as is_product,
        listing_id,
        sku_id_or_all,
        changed_date,
        price_after,
        seller_id
    from banded
)

select * from cuts
