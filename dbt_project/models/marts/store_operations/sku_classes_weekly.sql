with

classes as (
    select * from {{ ref('sku_classes') }}
),

traffic as (
    select * from {{ ref('fct_traffic_daily') }}
    where sku_id is not null and channel is null and entry is null
),

goods as (
    select * from {{ ref('agg_listing_orders_daily') }}
),

sales as (
    select * from {{ ref('shop_sales_daily') }}
    where channel = 'all'
),

shops as (
    select * from {{ ref('dim_shops') }}
    where is_own
),

activity_days as (
    select * from {{ ref('int_activity_days') }}
    where period = 'during'
),

dates as (
    select * from {{ ref('dim_date') }}
),

spans as (
    select
        shop_id,
        max(sales_date) as last_date
    from sales
    where gmv is not null
    group by shop_id
),

fees as (
    select
        shop_id,
        {{ week_of('sales_date') }} as week_date,
        sum(platform_fee_amount + commission_amount)
        / nullif(sum(goods_sales), 0) as fee_rate
    from sales
    group by shop_id, {{ week_of('sales_date') }}
),

activity_weeks as (
    select
        shop_id,
        {{ week_of('date_day') }} as week_date
    from activity_days
    group by shop_id, {{ week_of('date_day') }}
),

sold as (
    select
        goods.shop_id,
        goods.listing_id,
        goods.sku_id_or_all,
        {{ week_of('goods.sales_date') }} as week_date,
        sum(goods.order_count) as order_count,
        sum(goods.buyers) as buyer_days,
        sum(goods.units) as units,
        sum(goods.goods_sales) as goods_sales,
        sum(goods.goods_sales - goods.refunded_goods_amount) as net_goods_sales,
        sum(coalesce(goods.cost_of_goods_amount, 0)) as cost_of_goods_amount,
        sum(goods.uncosted_line_count) as uncosted_line_count
    from goods
    inner join shops on goods.shop_id = shops.shop_id
    group by
        goods.shop_id,
        goods.listing_id,
        goods.sku_id_or_all,
        {{ week_of('goods.sales_date') }}
),

-- what the lines without a SKU sold, so that the SKUs add up to the listing
told_apart as (
    select
        shop_id,
        listing_id,
        sku_id_or_all as sku_id,
        week_date,
        order_count,
        buyer_days,
        units,
        goods_sales,
        net_goods_sales,
        cost_of_goods_amount,
        uncosted_line_count
    from sold
    where sku_id_or_all <> 'all'
    union all
    select
        shop_id,
        listing_id,
        'unknown' as sku_id,
        week_date,
        {% for measure in ['order_count', 'buyer_days'] -%}
        greatest(
            sum(
                case
                    when sku_id_or_all = 'all' then {{ measure }}
                    else -{{ measure }}
                end
            ),
            0
        ) as {{ measure }},
        {% endfor -%}
        {% for measure in [
            'units', 'goods_sales', 'net_goods_sales', 'cost_of_goods_amount',
        ] -%}
        sum(case when sku_id_or_all = 'all' then {{ measure }} else -{{ measure }} end)
            as {{ measure }},
        {% endfor -%}
        sum(
            case
                when sku_id_or_all = 'all' then uncosted_line_count
                else -uncosted_line_count
            end
        ) as uncosted_line_count
    from sold
    group by shop_id, listing_id, week_date
    having
        abs(
            sum(case when sku_id_or_all = 'all' then goods_sales else -goods_sales end)
        ) > 0.000001
),

clicked as (
    select
        shop_id,
        listing_id,
        sku_id,
        {{ week_of('stat_date') }} as week_date,
        cast(sum(clicks) as bigint) as clicks
    from traffic
    group by shop_id, listing_id, sku_id, {{ week_of('stat_date') }}
),

keys as (
    select
        shop_id,
        listing_id,
        sku_id,
        week_date
    from told_apart
    union
    select
        clicked.shop_id,
        clicked.listing_id,
        clicked.sku_id,
        clicked.week_date
    from clicked
    inner join shops on clicked.shop_id = shops.shop_id
    where clicked.listing_id is not null
),

-- the class of most days of the week; of two, the later one
class_days as (
    select
        classes.sku_id,
        dates.week_date,
        classes.sku_class,
        row_number() over (
            partition by classes.sku_id, dates.week_date
            order by count(*) desc, max(dates.date_day) desc
        ) as class_no
    from classes
    inner join dates
        on {{ holds_on('dates.date_day', 'classes.valid_from', 'classes.valid_to') }}
    group by classes.sku_id, dates.week_date, classes.sku_class
),

measured as (
    select
        keys.shop_id,
        keys.listing_id,
        keys.sku_id,
        keys.week_date,
        class_days.sku_class,
        clicked.clicks,
        cast(coalesce(told_apart.order_count, 0) as bigint) as order_count,
        told_apart.buyer_days,
        coalesce(told_apart.units, 0) as units,
        coalesce(told_apart.goods_sales, 0) as goods_sales,
        case
            when told_apart.sku_id is null then 0
            when told_apart.uncosted_line_count = 0
                then
                    told_apart.net_goods_sales
                    - told_apart.cost_of_goods_amount
                    - told_apart.goods_sales * fees.fee_rate
        end as profit_before_ads,
        activity_weeks.week_date is not null as has_activity,
        {{ days_after('keys.week_date', 6) }} > spans.last_date as is_partial
    from keys
    left join told_apart
        on
            keys.shop_id = told_apart.shop_id
            and keys.listing_id = told_apart.listing_id
            and keys.sku_id = told_apart.sku_id
            and keys.week_date = told_apart.week_date
    left join clicked
        on
            keys.shop_id = clicked.shop_id
            and keys.listing_id = clicked.listing_id
            and keys.sku_id = clicked.sku_id
            and keys.week_date = clicked.week_date
    left join class_days
        on
            keys.sku_id = class_days.sku_id
            and keys.week_date = class_days.week_date
            and class_days.class_no = 1
    left join fees
        on keys.shop_id = fees.shop_id and keys.week_date = fees.week_date
    left join activity_weeks
        on
            keys.shop_id = activity_weeks.shop_id
            and keys.week_date = activity_weeks.week_date
    left join spans on keys.shop_id = spans.shop_id
),

shared as (
    select
        *,
        cast(clicks as numeric)
        / nullif(sum(clicks) over listing_weeks, 0) as click_share,
        order_count / nullif(sum(order_count) over listing_weeks, 0) as order_share,
        {{ share_of_positive('goods_sales', 'listing_weeks') }} as goods_sales_share,
        {{ share_of_positive('profit_before_ads', 'listing_weeks') }} as profit_share,
        has_activity and profit_before_ads <= 0 and units > 0 as is_loss_lead
    from measured
    window listing_weeks as (partition by shop_id, listing_id, week_date)
),

-- a new cycle begins with each run of weeks sold at a loss in an activity
started as (
    select
        *,
        case
            when
                is_loss_lead
                and coalesce(lag(is_loss_lead) over sku_weeks, false) is not true
                then 1
            else 0
        end as is_start
    from shared
    window
        sku_weeks as (partition by shop_id, listing_id, sku_id order by week_date)
),

cycled as (
    select
        *,
        sum(is_start) over (
            partition by shop_id, listing_id, sku_id order by week_date
            rows between unbounded preceding and current row
        ) as cycle_no
    from started
),

cumulated as (
    select
        *,
        sum(profit_before_ads) over (
            partition by shop_id, listing_id, sku_id, cycle_no order by week_date
            rows between unbounded preceding and current row
        ) as cum_profit,
        min(case when is_loss_lead then goods_sales / nullif(units, 0) end) over (
            partition by shop_id, listing_id, sku_id, cycle_no
        ) as loss_lead_price
    from cycled
),

below as (
    select
        *,
        min(case when cum_profit < 0 then week_date end) over (
            partition by shop_id, listing_id, sku_id, cycle_no
        ) as first_week_below
    from cumulated
),

paid_back as (
    select
        *,
        {% for sku_class, share in [
            ('A', 'click_share'), ('A', 'profit_share'),
            ('B', 'order_share'), ('B', 'click_share'),
        ] -%}
        sum(case when sku_class = '{{ sku_class }}' then {{ share }} end) over (
            partition by shop_id, listing_id, week_date
        ) as {{ sku_class | lower }}_{{ share }},
        {% endfor -%}
        min(
            case
                when week_date > first_week_below and cum_profit >= 0 then week_date
            end
        ) over (
            partition by shop_id, listing_id, sku_id, cycle_no
        ) as payback_week_date
    from below
),

figured as (
    select
        shop_id,
        listing_id,
        sku_id,
        week_date,
        sku_class,
        clicks,
        order_count,
        units,
        goods_sales,
        profit_before_ads,
        click_share,
        order_share,
        goods_sales_share,
        profit_share,
        goods_sales / nullif(buyer_days, 0) as goods_aov,
        case
            when sku_class = 'A'
                then
                    a_click_share > a_profit_share and b_order_share >= b_click_share
        end as is_ab_ok,
        case
            when profit_before_ads is null then null
            when is_loss_lead then 'loss_lead'
            when cum_profit > 0 then 'harvest'
            when goods_sales / nullif(units, 0) > loss_lead_price then 'raise'
            else 'ranked'
        end as phase,
        cum_profit,
        {{ days_after('payback_week_date', 6) }} as payback_date,
        is_partial
    from paid_back
)

select * from figured
