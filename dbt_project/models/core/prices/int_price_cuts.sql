with

changes as (
    select * from {{ ref('agg_price_changes') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

contenders as (
    select * from {{ ref('int_price_contenders') }}
),

-- of the days that were over when the run began
cuts as (
    select distinct
        contenders.product_id,
        changes.listing_id,
        changes.sku_id_or_all,
        changes.changed_date,
        changes.price_after,
        coalesce(changes.shop_id, changes.listing_id) as seller_id
    from changes
    inner join platforms on changes.platform_id = platforms.platform_id
    inner join contenders
        on
            changes.listing_id = contenders.listing_id
            and contenders.sku_id_or_all in (changes.sku_id_or_all, 'all')
            and {{ holds_on(
                'changes.changed_date', 'contenders.valid_from', 'contenders.valid_to'
            ) }}
    where
        changes.change_rate <= -0.05
        and changes.changed_date < {{ local_date(as_of(), 'platforms.time_zone') }}
)

select * from cuts
