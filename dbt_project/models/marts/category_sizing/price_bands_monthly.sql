{{ config(
    indexes=[{
        'columns': [
            'platform_id', 'category_id', 'month_date', 'scheme', 'band_no',
        ],
        'unique': true,
    }, {
        'columns': ['category_id', 'month_date'],
    }],
) }}

with

category_units as (
    select * from {{ ref('agg_category_units_monthly') }}
    where expected_days > 0
),

ancestors as (
    select * from {{ ref('int_category_ancestors') }}
),

thresholds as (
    select * from {{ ref('price_bands') }}
),

placed as (
    select
        category_units.platform_id,
        ancestors.ancestor_id as category_id,
        category_units.month_date,
        category_units.sales_unit_id,
        category_units.shop_id,
        category_units.median_price as price,
        category_units.units_lo,
        category_units.units_est,
        category_units.units_hi,
        category_units.gmv_est,
        category_units.is_partial
    from category_units
    inner join ancestors on category_units.category_id = ancestors.category_id
),

markets as (
    select
        platform_id,
        category_id,
        month_date,
        max(case when is_partial then 1 else 0 end) = 1 as is_partial,
        cast(
            percentile_cont(0.01) within group (order by price) as numeric
        ) as lowest_price,
        cast(
            percentile_cont(0.99) within group (order by price) as numeric
        ) as highest_price
    from placed
    group by platform_id, category_id, month_date
),

fifths as (
    {% for number in range(5) %}
    select {{ number }} as fifth {{ 'union all' if not loop.last }}
    {% endfor %}
),

ranked as (
    select
        *,
        rank() over (
            partition by platform_id, category_id, month_date order by price
        ) as price_no,
        count(*) over (partition by platform_id, category_id, month_date)
            as priced_count
    from placed
    where price is not null
),

quantiles as (
    select
        platform_id,
        category_id,
        month_date,
        (price_no - 1) * 5 / priced_count as fifth,
        min(price) as band_lo
    from ranked
    group by platform_id, category_id, month_date, (price_no - 1) * 5 / priced_count
),

chosen_thresholds as (
    select
        markets.platform_id,
        markets.category_id,
        markets.month_date,
        thresholds.band_lo,
        row_number() over (
            partition by markets.platform_id, markets.category_id, markets.month_date
            order by thresholds.band_lo
        ) as band_no
    from markets
    inner join thresholds
        on
            markets.category_id = thresholds.category_id
            or (
                thresholds.category_id = 'all'
                and markets.category_id not in (
                    select stated.category_id from thresholds as stated
                )
            )
),

edges as (
    select
        markets.platform_id,
        markets.category_id,
        markets.month_date,
        'range5' as scheme,
        fifths.fifth + 1 as band_no,
        case
            when fifths.fifth = 0 then 0
            else
                markets.lowest_price
                + (markets.highest_price - markets.lowest_price) * fifths.fifth / 5
        end as band_lo
    from markets
    cross join fifths
    where
        markets.lowest_price < markets.highest_price
        or (markets.lowest_price is not null and fifths.fifth = 0)
    union all
    select
        platform_id,
        category_id,
        month_date,
        'quantile5' as scheme,
        row_number() over (
            partition by platform_id, category_id, month_date order by band_lo
        ) as band_no,
        band_lo
    from quantiles
    union all
    select
        platform_id,
        category_id,
        month_date,
        'fixed' as scheme,
        band_no,
        band_lo
    from chosen_thresholds
),

schemes as (
    select scheme
    from edges
    group by scheme
),

bands as (
    select
        edges.*,
        lead(edges.band_lo) over (
            partition by
                edges.platform_id, edges.category_id, edges.month_date, edges.scheme
            order by edges.band_no
        ) as band_hi
    from edges
    union all
    -- what has no price
    select
        placed.platform_id,
        placed.category_id,
        placed.month_date,
        schemes.scheme,
        0 as band_no,
        null as band_lo,
        null as band_hi
    from placed
    cross join schemes
    where placed.price is null
    group by
        placed.platform_id, placed.category_id, placed.month_date, schemes.scheme
),

filled as (
    select
        bands.platform_id,
        bands.category_id,
        bands.month_date,
        bands.scheme,
        bands.band_no,
        min(bands.band_lo) as band_lo,
        min(bands.band_hi) as band_hi,
        count(distinct placed.shop_id) as seller_count,
        count(distinct placed.sales_unit_id) as listing_count,
        coalesce(sum(placed.units_lo), 0) as units_lo,
        coalesce(sum(placed.units_est), 0) as units_est,
        coalesce(sum(placed.units_hi), 0) as units_hi,
        coalesce(sum(placed.gmv_est), 0) as gmv_est
    from bands
    left join placed
        on
            bands.platform_id = placed.platform_id
            and bands.category_id = placed.category_id
            and bands.month_date = placed.month_date
            and (
                (bands.band_no = 0 and placed.price is null)
                or (
                    bands.band_no > 0
                    and bands.band_lo <= placed.price
                    and (bands.band_hi is null or bands.band_hi > placed.price)
                )
            )
    group by
        bands.platform_id,
        bands.category_id,
        bands.month_date,
        bands.scheme,
        bands.band_no
),

totalled as (
    select
        *,
        sum(seller_count) over whole as all_sellers,
        sum(listing_count) over whole as all_listings,
        sum(units_lo) over whole as all_units_lo,
        sum(units_est) over whole as all_units_est,
        sum(units_hi) over whole as all_units_hi,
        sum(gmv_est) over whole as all_gmv_est
    from filled
    window whole as (partition by platform_id, category_id, month_date, scheme)
),

shared as (
    select
        *,
        seller_count / nullif(all_sellers, 0) as seller_share,
        listing_count / nullif(all_listings, 0) as listing_share,
        units_est / nullif(all_units_est, 0) as unit_share,
        gmv_est / nullif(all_gmv_est, 0) as gmv_share,
        -- at least this band's least against the others' most
        units_lo / nullif(units_lo + all_units_hi - units_hi, 0) as least_share,
        units_hi / nullif(units_hi + all_units_lo - units_lo, 0) as most_share
    from totalled
),

published as (
    select
        shared.platform_id,
        shared.category_id,
        shared.month_date,
        shared.scheme,
        cast(shared.band_no as bigint) as band_no,
        shared.band_lo,
        shared.band_hi,
        shared.seller_count,
        shared.listing_count,
        shared.units_est,
        shared.gmv_est,
        shared.seller_share,
        shared.listing_share,
        shared.unit_share,
        shared.gmv_share,
        shared.unit_share / nullif(shared.seller_share, 0) as gap_index,
        case
            when shared.unit_share is not null
                then least(coalesce(shared.least_share, 0), shared.unit_share)
        end as unit_share_lo,
        shared.unit_share as unit_share_est,
        case
            when shared.unit_share is not null
                then greatest(coalesce(shared.most_share, 1), shared.unit_share)
        end as unit_share_hi,
        coalesce(
            shared.least_share > 2 * shared.seller_share and shared.seller_count >= 3,
            false
        ) as is_white_space,
        markets.is_partial
    from shared
    inner join markets
        on
            shared.platform_id = markets.platform_id
            and shared.category_id = markets.category_id
            and shared.month_date = markets.month_date
)

select * from published
