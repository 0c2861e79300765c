{{ config(
    indexes=[{'columns': ['activity_id', 'listing_id'], 'unique': true}],
) }}

with

activity_shops as (
    select * from {{ ref('int_activity_shops') }}
    where ends_at <= {{ as_of() }}
),

days as (
    select * from {{ ref('int_activity_days') }}
),

sold as (
    select * from {{ ref('agg_listing_orders_daily') }}
    where sku_id_or_all = 'all'
),

shop_days as (
    select * from {{ ref('shop_sales_daily') }}
    where channel = 'all'
),

-- what the goods of a listing left over, before what belongs to no goods
margins as (
    select
        sold.shop_id,
        sold.listing_id,
        sold.sales_date,
        sold.units,
        sold.goods_sales,
        sold.refunded_goods_amount,
        sold.goods_sales
        - sold.refunded_goods_amount
        - case
            when sold.uncosted_line_count = 0 then sold.cost_of_goods_amount
        end as margin,
        sold.goods_sales
        / nullif(
            sum(sold.goods_sales) over (
                partition by sold.shop_id, sold.sales_date
            ),
            0
        ) as goods_share
    from sold
),

left_over as (
    select
        shop_id,
        sales_date,
        sum(margin) as margin,
        sum(goods_share) as goods_share
    from margins
    group by shop_id, sales_date
),

-- fees, ads, commissions and freight of a day are borne by its goods, by their sales;
-- on a day without sales by no listing of ours
borne as (
    select
        margins.shop_id,
        margins.listing_id,
        margins.sales_date,
        margins.units,
        margins.goods_sales,
        margins.refunded_goods_amount,
        margins.margin
        + (shop_days.contribution_profit - left_over.margin) * margins.goods_share
            as profit
    from margins
    inner join left_over
        on
            margins.shop_id = left_over.shop_id
            and margins.sales_date = left_over.sales_date
    left join shop_days
        on
            margins.shop_id = shop_days.shop_id
            and margins.sales_date = shop_days.sales_date
    union all
    select
        shop_days.shop_id,
        'unknown' as listing_id,
        shop_days.sales_date,
        0 as units,
        0 as goods_sales,
        0 as refunded_goods_amount,
        shop_days.contribution_profit as profit
    from shop_days
    left join left_over
        on
            shop_days.shop_id = left_over.shop_id
            and shop_days.sales_date = left_over.sales_date
    where left_over.goods_share is null
),

spans as (
    select
        activity_id,
        shop_id,
        sum(case when period = 'during' then 1 else 0 end) as day_count,
        {% for period in ['before', 'during', 'after'] %}
        sum(case when period = '{{ period }}' and not is_delivered then 1 else 0 end)
        = 0 as has_{{ period }},
        {% endfor %}
        sum(case when is_ordinary then 1 else 0 end) > 0 as has_ordinary
    from days
    group by activity_id, shop_id
),

-- every listing that sold, and a row for the activity even where none did
takers as (
    select
        activity_shops.activity_id,
        activity_shops.shop_id,
        borne.listing_id
    from activity_shops
    inner join days
        on
            activity_shops.activity_id = days.activity_id
            and activity_shops.shop_id = days.shop_id
    inner join borne
        on days.shop_id = borne.shop_id and days.date_day = borne.sales_date
    where
        activity_shops.listing_id is null
        or activity_shops.listing_id = borne.listing_id
    union
    select
        activity_id,
        shop_id,
        coalesce(listing_id, 'unknown') as listing_id
    from activity_shops
),

added as (
    select
        takers.activity_id,
        takers.shop_id,
        takers.listing_id,
        {% for figure in ['goods_sales', 'units', 'refunded_goods_amount'] %}
        {% for period in ['before', 'during', 'after'] %}
        sum(
            case
                when days.period <> '{{ period }}' then null
                else coalesce(borne.{{ figure }}, 0)
            end
        ) as {{ figure }}_{{ period }},
        {% endfor %}
        {% endfor %}
        sum(coalesce(borne.units, 0) * days.weight_during) as baseline_units,
        -- a day whose profit is not known makes the sum unknown
        case
            when
                sum(
                    case
                        when borne.sales_date is not null and borne.profit is null
                            then 1
                        else 0
                    end
                ) = 0
                then
                    sum(
                        case
                            when days.period in ('during', 'after') then 1
                            else -(days.weight_during + days.weight_after)
                        end
                        * coalesce(borne.profit, 0)
                    )
        end as net_uplift_profit
    from takers
    inner join days
        on
            takers.activity_id = days.activity_id
            and takers.shop_id = days.shop_id
    left join borne
        on
            takers.shop_id = borne.shop_id
            and takers.listing_id = borne.listing_id
            and days.date_day = borne.sales_date
            and (
                days.period <> 'earlier'
                or days.weight_during + days.weight_after > 0
            )
    group by takers.activity_id, takers.shop_id, takers.listing_id
),

known as (
    select
        added.activity_id,
        added.listing_id,
        spans.day_count,
        case when spans.has_before then added.goods_sales_before end
            as goods_sales_before7,
        case when spans.has_during then added.goods_sales_during end
            as goods_sales_during,
        case when spans.has_after then added.goods_sales_after end
            as goods_sales_after7,
        case when spans.has_during then added.refunded_goods_amount_during end
            as refunded_during,
        case when spans.has_during then added.units_during end as units_during,
        case when spans.has_ordinary then added.baseline_units end as baseline_units,
        case
            when spans.has_during and spans.has_after and spans.has_ordinary
                then added.net_uplift_profit
        end as net_uplift_profit
    from added
    inner join spans
        on added.activity_id = spans.activity_id and added.shop_id = spans.shop_id
),

-- a sum of which a part is missing is not known
summed as (
    select
        activity_id,
        coalesce(listing_id, 'all') as listing_id,
        {% for figure in [
            'goods_sales_before7', 'goods_sales_during', 'goods_sales_after7',
            'refunded_during', 'units_during', 'baseline_units', 'net_uplift_profit',
        ] %}
        case
            when count({{ figure }}) = count(*) then sum({{ figure }})
        end as {{ figure }},
        {% endfor %}
        max(day_count) as day_count
    from known
    group by grouping sets ((activity_id, listing_id), (activity_id))
),

overlapping as (
    select
        activity_shops.activity_id,
        count(distinct others.activity_id) as overlapping_activity_count
    from activity_shops
    inner join {{ ref('int_activity_shops') }} as others
        on
            activity_shops.shop_id = others.shop_id
            and activity_shops.activity_id <> others.activity_id
            and others.last_date >= {{ days_after('activity_shops.first_date', -7) }}
            and others.first_date <= {{ days_after('activity_shops.last_date', 7) }}
            and (
                others.listing_id is null
                or activity_shops.listing_id is null
                or activity_shops.listing_id = others.listing_id
            )
    group by activity_shops.activity_id
),

effects as (
    select
        summed.activity_id,
        summed.listing_id,
        summed.goods_sales_before7,
        summed.goods_sales_during,
        summed.goods_sales_after7,
        summed.day_count,
        (summed.goods_sales_during / summed.day_count)
        / nullif(summed.goods_sales_before7 / 7, 0) as premium_ratio,
        1 - summed.goods_sales_after7 / nullif(summed.goods_sales_before7, 0)
            as hangover_rate,
        summed.units_during,
        summed.baseline_units,
        summed.units_during - summed.baseline_units as uplift_units,
        summed.refunded_during / nullif(summed.goods_sales_during, 0)
            as refund_rate_during,
        summed.net_uplift_profit,
        cast(coalesce(overlapping.overlapping_activity_count, 0) as bigint)
            as overlapping_activity_count,
        coalesce(overlapping.overlapping_activity_count, 0) = 0 as is_clean
    from summed
    left join overlapping on summed.activity_id = overlapping.activity_id
)

select * from effects
