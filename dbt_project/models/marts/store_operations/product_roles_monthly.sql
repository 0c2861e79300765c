with

roles as (
    select * from {{ ref('product_roles') }}
),

traffic as (
    select * from {{ ref('fct_traffic_daily') }}
    where traffic_level = 'listing' and sku_id is null and channel is null
),

goods as (
    select * from {{ ref('agg_listing_orders_daily') }}
    where sku_id_or_all = 'all'
),

attached as (
    select * from {{ ref('agg_attached_orders_daily') }}
),

sales as (
    select * from {{ ref('shop_sales_daily') }}
    where channel = 'all'
),

shops as (
    select * from {{ ref('dim_shops') }}
    where is_own
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
        {{ month_of('sales_date') }} as month_date,
        sum(platform_fee_amount + commission_amount)
        / nullif(sum(goods_sales), 0) as fee_rate
    from sales
    group by shop_id, {{ month_of('sales_date') }}
),

visited as (
    select
        traffic.shop_id,
        traffic.listing_id,
        {{ month_of('traffic.stat_date') }} as month_date,
        sum(traffic.visitors) as visitor_days
    from traffic
    inner join shops on traffic.shop_id = shops.shop_id
    where traffic.entry is null
    group by
        traffic.shop_id, traffic.listing_id, {{ month_of('traffic.stat_date') }}
),

sold as (
    select
        goods.shop_id,
        goods.listing_id,
        {{ month_of('goods.sales_date') }} as month_date,
        sum(goods.goods_sales) as goods_sales,
        sum(goods.goods_sales - goods.refunded_goods_amount) as net_goods_sales,
        sum(goods.cost_of_goods_amount) as cost_of_goods_amount,
        sum(goods.uncosted_line_count) as uncosted_line_count
    from goods
    inner join shops on goods.shop_id = shops.shop_id
    group by goods.shop_id, goods.listing_id, {{ month_of('goods.sales_date') }}
),

joined_orders as (
    select
        shop_id,
        listing_id,
        {{ month_of('sales_date') }} as month_date,
        cast(sum(attached_order_count) as numeric)
        / nullif(sum(order_count), 0) as attach_rate
    from attached
    group by shop_id, listing_id, {{ month_of('sales_date') }}
),

keys as (
    select
        shop_id,
        listing_id,
        month_date
    from visited
    union
    select
        shop_id,
        listing_id,
        month_date
    from sold
),

-- the role of most days of the month; of two, the later one
role_days as (
    select
        roles.listing_id,
        dates.month_date,
        roles.role,
        row_number() over (
            partition by roles.listing_id, dates.month_date
            order by count(*) desc, max(dates.date_day) desc
        ) as role_no
    from roles
    inner join dates
        on {{ holds_on('dates.date_day', 'roles.valid_from', 'roles.valid_to') }}
    group by roles.listing_id, dates.month_date, roles.role
),

-- the stages that had begun by the end of the month
stages as (
    select
        keys.listing_id,
        keys.month_date,
        roles.stage,
        roles.stage_price,
        row_number() over (
            partition by keys.listing_id, keys.month_date, roles.stage
            order by roles.valid_from desc
        ) as version_no,
        row_number() over (
            partition by keys.listing_id, keys.month_date
            order by roles.valid_from desc
        ) as stage_no
    from keys
    inner join roles
        on
            keys.listing_id = roles.listing_id
            and roles.stage is not null
            and roles.valid_from
            < cast({{ dbt.dateadd('month', 1, 'keys.month_date') }} as date)
),

staged as (
    select
        listing_id,
        month_date,
        {% for stage in ['launch', 'mid', 'late'] -%}
        max(case when stage = '{{ stage }}' and version_no = 1 then stage_price end)
            as {{ stage }}_price,
        {% endfor -%}
        max(case when stage_no = 1 then stage end) as stage,
        max(case when stage_no = 1 then stage_price end) as stage_price
    from stages
    group by listing_id, month_date
),

measured as (
    select
        keys.shop_id,
        keys.listing_id,
        keys.month_date,
        role_days.role,
        case
            when sum(visited.visitor_days) over shop_months is not null
                then coalesce(visited.visitor_days, 0)
        end as visitor_days,
        coalesce(sold.goods_sales, 0) as goods_sales,
        sold.net_goods_sales,
        case
            when sold.listing_id is null then 0
            when sold.uncosted_line_count = 0
                then
                    sold.net_goods_sales
                    - coalesce(sold.cost_of_goods_amount, 0)
                    - sold.goods_sales * fees.fee_rate
        end as profit_before_ads,
        joined_orders.attach_rate,
        staged.launch_price,
        staged.stage,
        staged.stage_price,
        case
            when staged.mid_price is null or staged.launch_price is null then null
            when staged.mid_price >= staged.launch_price then false
            else staged.late_price is null or staged.late_price >= staged.mid_price
        end as is_stage_rule_ok,
        {{ days_after(
            'cast(' ~ dbt.dateadd('month', 1, 'keys.month_date') ~ ' as date)', -1
        ) }} > spans.last_date as is_partial
    from keys
    left join spans on keys.shop_id = spans.shop_id
    left join visited
        on
            keys.shop_id = visited.shop_id
            and keys.listing_id = visited.listing_id
            and keys.month_date = visited.month_date
    left join sold
        on
            keys.shop_id = sold.shop_id
            and keys.listing_id = sold.listing_id
            and keys.month_date = sold.month_date
    left join fees
        on keys.shop_id = fees.shop_id and keys.month_date = fees.month_date
    left join joined_orders
        on
            keys.shop_id = joined_orders.shop_id
            and keys.listing_id = joined_orders.listing_id
            and keys.month_date = joined_orders.month_date
    left join role_days
        on
            keys.listing_id = role_days.listing_id
            and keys.month_date = role_days.month_date
            and role_days.role_no = 1
    left join staged
        on keys.listing_id = staged.listing_id and keys.month_date = staged.month_date
    window shop_months as (partition by keys.shop_id, keys.month_date)
),

shared as (
    select
        *,
        {{ share_of_positive('visitor_days', 'shop_months') }} as visitor_share,
        {{ share_of_positive('goods_sales', 'shop_months') }} as goods_sales_share,
        {{ share_of_positive('profit_before_ads', 'shop_months') }} as profit_share,
        case when net_goods_sales > 0.005 then profit_before_ads / net_goods_sales end
            as margin_rate
    from measured
    window shop_months as (partition by shop_id, month_date)
),

figured as (
    select
        shop_id,
        listing_id,
        month_date,
        role,
        visitor_share,
        goods_sales_share,
        profit_share,
        margin_rate,
        attach_rate,
        case
            when
                role = 'traffic'
                and visitor_share + goods_sales_share + profit_share is null
                then 'unknown'
            when
                role = 'traffic'
                and visitor_share > goods_sales_share
                and visitor_share > profit_share
                then 'ok'
            when role = 'traffic' then 'miss'
            when role = 'profit' and profit_share > goods_sales_share then 'ok'
            when role = 'profit' and profit_share <= goods_sales_share then 'miss'
            else 'unknown'
        end as role_fit,
        launch_price,
        stage,
        stage_price,
        is_stage_rule_ok,
        is_partial
    from shared
)

select * from figured
