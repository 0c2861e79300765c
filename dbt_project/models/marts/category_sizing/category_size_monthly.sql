{{ config(
    indexes=[
        {'columns': ['platform_id', 'category_id', 'month_date'], 'unique': true},
        {'columns': ['month_date']},
    ],
) }}

with

category_units as (
    select * from {{ ref('agg_category_units_monthly') }}
    where expected_days > 0
),

ancestors as (
    select * from {{ ref('int_category_ancestors') }}
),

frames as (
    select * from {{ ref('agg_category_frames_monthly') }}
),

calibration as (
    select * from {{ ref('agg_estimate_calibration_monthly') }}
    where is_trusted
),

own_sales as (
    select * from {{ ref('agg_listing_orders_daily') }}
    where sku_id_or_all = 'all'
),

listings as (
    select * from {{ ref('dim_listings') }}
    where is_own and is_current
),

placed as (
    select
        category_units.*,
        ancestors.ancestor_id
    from category_units
    inner join ancestors on category_units.category_id = ancestors.category_id
),

sizes as (
    select
        platform_id,
        ancestor_id as category_id,
        month_date,
        count(distinct shop_id) as listed_seller_count,
        count(distinct sales_unit_id) as listed_listing_count,
        count(distinct case when units_lo >= 1 then shop_id end)
            as active_seller_count,
        count(distinct case when units_hi >= 1 then shop_id end)
            as possible_seller_count,
        sum(units_lo) as units_lo,
        sum(units_est) as units_est,
        sum(units_hi) as units_hi,
        sum(gmv_lo) as gmv_lo,
        sum(gmv_est) as gmv_est,
        sum(gmv_hi) as gmv_hi,
        sum(observed_days) / nullif(sum(expected_days), 0) as coverage_share,
        count(distinct case when units_est is null then sales_unit_id end)
            as uncovered_listing_count,
        sum(unpriced_units_est) as unpriced_units_est,
        count(distinct case when is_new then sales_unit_id end) as new_listing_count,
        count(distinct case when is_new is not null then sales_unit_id end)
            as dated_listing_count,
        sum(case when is_new then gmv_est end) as new_gmv_est,
        sum(case when is_new is not null then gmv_est end) as dated_gmv_est,
        sum(case when is_last then event_count else 0 end) as event_count,
        max(case when is_partial then 1 else 0 end) = 1 as is_partial
    from placed
    group by platform_id, ancestor_id, month_date
),

seller_months as (
    select
        platform_id,
        ancestor_id as category_id,
        month_date,
        shop_id,
        row_number() over following as month_no,
        lead(month_date) over following as next_month_date
    from placed
    where shop_id is not null
    group by platform_id, ancestor_id, month_date, shop_id
    window following as (
        partition by platform_id, ancestor_id, shop_id order by month_date
    )
),

came_and_went as (
    select
        platform_id,
        category_id,
        month_date,
        shop_id,
        1 as came,
        0 as went
    from seller_months
    where month_no = 1
    union all
    select
        platform_id,
        category_id,
        cast({{ dbt.dateadd('month', 1, 'month_date') }} as date) as month_date,
        shop_id,
        0 as came,
        1 as went
    from seller_months
    where
        next_month_date is null
        or next_month_date > cast({{ dbt.dateadd('month', 1, 'month_date') }} as date)
),

moves as (
    select
        platform_id,
        category_id,
        month_date,
        sum(came) as new_seller_count,
        sum(went) as gone_seller_count
    from came_and_went
    group by platform_id, category_id, month_date
),

-- the kind of counter that tells most of a category, and whether it was found right
counter_types as (
    select
        placed.platform_id,
        placed.ancestor_id as category_id,
        placed.month_date,
        placed.counter_type,
        max(case when calibration.platform_id is not null then 1 else 0 end) = 1
            as is_trusted,
        row_number() over (
            partition by placed.platform_id, placed.ancestor_id, placed.month_date
            order by sum(placed.units_est) desc, placed.counter_type asc
        ) as type_no
    from placed
    left join calibration
        on
            placed.platform_id = calibration.platform_id
            and calibration.category_id in ('all', placed.category_id)
            and placed.counter_type = calibration.counter_type
            and placed.month_date = calibration.month_date
    where placed.counter_type is not null
    group by
        placed.platform_id,
        placed.ancestor_id,
        placed.month_date,
        placed.counter_type
),

own_orders as (
    select
        placed.platform_id,
        placed.ancestor_id as category_id,
        placed.month_date,
        sum(own_sales.goods_sales) as goods_sales,
        sum(own_sales.order_count) as order_count,
        sum(own_sales.buyers) as buyer_days
    from placed
    inner join listings on placed.sales_unit_id = listings.sales_unit_id
    inner join own_sales
        on
            listings.listing_id = own_sales.listing_id
            and placed.month_date = {{ month_of('own_sales.sales_date') }}
    where placed.is_own and placed.is_last
    group by placed.platform_id, placed.ancestor_id, placed.month_date
),

followed as (
    select
        *,
        lag(coverage_share) over following as coverage_before,
        lag(month_date) over following as month_before
    from sizes
    window following as (partition by platform_id, category_id order by month_date)
),

published as (
    select
        followed.platform_id,
        followed.category_id,
        followed.month_date,
        followed.listed_seller_count,
        followed.listed_listing_count,
        followed.active_seller_count,
        followed.possible_seller_count,
        case
            when
                followed.coverage_share >= 0.8
                and followed.coverage_before >= 0.8
                and followed.month_before
                = cast({{ dbt.dateadd('month', -1, 'followed.month_date') }} as date)
                then cast(coalesce(moves.new_seller_count, 0) as bigint)
        end as new_seller_count,
        case
            when
                followed.coverage_share >= 0.8
                and followed.coverage_before >= 0.8
                and followed.month_before
                = cast({{ dbt.dateadd('month', -1, 'followed.month_date') }} as date)
                then cast(coalesce(moves.gone_seller_count, 0) as bigint)
        end as gone_seller_count,
        followed.units_lo,
        followed.units_est,
        followed.units_hi,
        followed.gmv_lo,
        followed.gmv_est,
        followed.gmv_hi,
        case when frames.frame_share is not null then followed.gmv_lo end
            as market_gmv_lo,
        least(
            followed.gmv_est / nullif(frames.frame_share, 0),
            followed.gmv_hi * frames.market_hi_ratio
        ) as market_gmv_est,
        followed.gmv_hi * frames.market_hi_ratio as market_gmv_hi,
        frames.frame_share,
        followed.coverage_share,
        followed.uncovered_listing_count,
        followed.unpriced_units_est,
        case
            when own_orders.order_count >= 100
                then own_orders.goods_sales / nullif(own_orders.buyer_days, 0)
            else
                followed.gmv_est
                / nullif(followed.units_est - followed.unpriced_units_est, 0)
        end as aov_est,
        case
            when own_orders.order_count >= 100 then 'order'
            when followed.gmv_est is not null then 'price_proxy'
        end as aov_basis,
        cast(followed.new_listing_count as numeric)
        / nullif(followed.dated_listing_count, 0) as new_listing_share,
        case
            when followed.dated_gmv_est > 0
                then coalesce(followed.new_gmv_est, 0) / followed.dated_gmv_est
        end as new_listing_gmv_share,
        cast(followed.event_count as bigint) as event_count,
        coalesce(
            followed.coverage_share >= 0.8
            and followed.gmv_hi <= 3 * followed.gmv_lo
            and counter_types.is_trusted
            and coalesce(frames.both_count > 0, true),
            false
        ) as is_reliable,
        followed.is_partial
    from followed
    left join frames
        on
            followed.platform_id = frames.platform_id
            and followed.category_id = frames.category_id
            and followed.month_date = frames.month_date
    left join moves
        on
            followed.platform_id = moves.platform_id
            and followed.category_id = moves.category_id
            and followed.month_date = moves.month_date
    left join counter_types
        on
            followed.platform_id = counter_types.platform_id
            and followed.category_id = counter_types.category_id
            and followed.month_date = counter_types.month_date
            and counter_types.type_no = 1
    left join own_orders
        on
            followed.platform_id = own_orders.platform_id
            and followed.category_id = own_orders.category_id
            and followed.month_date = own_orders.month_date
)

select * from published
