{#
    At least three shops cut the price of one matched product, or prices of one band of
    a category, by 5 % or more within seven days: a war, from the first of those cuts
    until there was no cut for 14 days.
#}
with

cuts as (
    select * from {{ ref('int_price_cuts') }}
),

prices as (
    select * from {{ ref('agg_competitor_prices_daily') }}
    where snapshot_count > 0 and final_price is not null
),

contenders as (
    select * from {{ ref('int_price_contenders') }}
),

cutting as (
    select
        field_id,
        changed_date,
        seller_id
    from cuts
    group by field_id, changed_date, seller_id
),

cut_days as (
    select
        field_id,
        changed_date
    from cutting
    group by field_id, changed_date
),

-- a cut opens a war where it is the first of three in a week
dated as (
    select
        cut_days.field_id,
        cut_days.changed_date,
        case
            when count(distinct cutting.seller_id) >= 3 then cut_days.changed_date
        end as opening_date
    from cut_days
    inner join cutting
        on
            cut_days.field_id = cutting.field_id
            and cut_days.changed_date <= cutting.changed_date
            and {{ days_after('cut_days.changed_date', 7) }} >= cutting.changed_date
    group by cut_days.field_id, cut_days.changed_date
),

followed as (
    select
        *,
        lag(changed_date) over (
            partition by field_id order by changed_date
        ) as cut_before
    from dated
),

bouts as (
    select
        *,
        sum(
            case
                when changed_date <= {{ days_after('cut_before', 14) }} then 0
                else 1
            end
        ) over (
            partition by field_id
            order by changed_date
            rows between unbounded preceding and current row
        ) as bout_no
    from followed
),

fronts as (
    select
        field_id,
        min(opening_date) as first_date,
        max(changed_date) as last_date
    from bouts
    group by field_id, bout_no
    having min(opening_date) is not null
),

fought as (
    select
        cuts.*,
        fronts.first_date
    from fronts
    inner join cuts
        on
            fronts.field_id = cuts.field_id
            and cuts.changed_date between fronts.first_date and fronts.last_date
),

-- who names a price of it: all matched listings, or those of the band that cut
sides as (
    select
        fronts.field_id,
        fronts.first_date,
        contenders.listing_id,
        contenders.sku_id_or_all,
        true as is_product,
        contenders.valid_from,
        contenders.valid_to
    from fronts
    inner join contenders on fronts.field_id = contenders.product_id
    union all
    select distinct
        field_id,
        first_date,
        listing_id,
        sku_id_or_all,
        false as is_product,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to
    from fought
    where not is_product
),

-- the prices of the 30 days of peace
peace as (
    select distinct
        sides.field_id,
        sides.first_date,
        sides.is_product,
        prices.listing_id,
        prices.sku_id_or_all,
        prices.price_date,
        prices.final_price
    from sides
    inner join prices
        on
            sides.listing_id = prices.listing_id
            and sides.sku_id_or_all in (prices.sku_id_or_all, 'all')
            and sides.first_date > prices.price_date
            and {{ days_after('sides.first_date', -30) }} <= prices.price_date
            and (sides.valid_from is null or sides.valid_from <= prices.price_date)
            and (sides.valid_to is null or sides.valid_to > prices.price_date)
),

product_medians as (
    select
        field_id,
        first_date,
        {{ quantile('final_price', 0.5) }} as median_price
    from peace
    where is_product
    group by field_id, first_date
),

-- goods of a band differ, so each is compared with itself
listing_medians as (
    select
        field_id,
        first_date,
        listing_id,
        sku_id_or_all,
        {{ quantile('final_price', 0.5) }} as median_price
    from peace
    where not is_product
    group by field_id, first_date, listing_id, sku_id_or_all
),

measured as (
    select
        fought.field_id,
        fought.first_date,
        count(distinct fought.seller_id) as seller_count,
        min(
            fought.price_after
            / coalesce(product_medians.median_price, listing_medians.median_price)
        ) as lowest_ratio
    from fought
    left join product_medians
        on
            fought.field_id = product_medians.field_id
            and fought.first_date = product_medians.first_date
    left join listing_medians
        on
            fought.field_id = listing_medians.field_id
            and fought.first_date = listing_medians.first_date
            and fought.listing_id = listing_medians.listing_id
            and fought.sku_id_or_all = listing_medians.sku_id_or_all
    group by fought.field_id, fought.first_date
),

-- a cut fights for its product before its band, and in the war that began first
chosen as (
    select
        *,
        row_number() over (
            partition by listing_id, sku_id_or_all, changed_date
            order by case when is_product then 0 else 1 end, first_date, field_id
        ) as choice_no
    from fought
),

wars as (
    select
        chosen.listing_id,
        chosen.sku_id_or_all,
        chosen.changed_date,
        chosen.field_id
        || ':'
        || cast(chosen.first_date as {{ dbt.type_string() }}) as war_id,
        -- no depth where even the lowest price was not below the median
        greatest(1 - measured.lowest_ratio, 0) as war_depth_rate,
        measured.seller_count as war_seller_count
    from chosen
    inner join measured
        on
            chosen.field_id = measured.field_id
            and chosen.first_date = measured.first_date
    where chosen.choice_no = 1
)

select * from wars
