with

sales as (
    select * from {{ ref('shop_sales_daily') }}
    where channel = 'all'
),

funnel as (
    select * from {{ ref('sales_funnel_daily') }}
    where channel = 'all' and entry = 'all' and gmv is not null
),

classes as (
    select * from {{ ref('agg_order_classes_daily') }}
),

members as (
    select * from {{ ref('agg_member_stages_monthly') }}
),

spans as (
    select
        shop_id,
        max(sales_date) as last_date
    from sales
    where gmv is not null
    group by shop_id
),

months as (
    select
        shop_id,
        {{ month_of('sales_date') }} as month_date,
        count(gmv) as known_days
    from sales
    group by shop_id, {{ month_of('sales_date') }}
),

visited as (
    select
        shop_id,
        {{ month_of('sales_date') }} as month_date,
        case
            when count(visitors) = count(*) then cast(sum(visitors) as bigint)
        end as visitor_days
    from funnel
    group by shop_id, {{ month_of('sales_date') }}
),

-- of the days whose orders were delivered whole
added as (
    select
        {% for measure in [
            'identified_order_count', 'referred_first_buys', 'ad_first_buys',
            'organic_first_buys', 'repeat_buys', 'first_organic_gmv',
            'first_referred_gmv', 'repeat_own_gmv', 'repeat_of_referred_gmv',
            'anonymous_gmv',
        ] -%}
        sum(classes.{{ measure }}) as {{ measure }},
        {% endfor -%}
        classes.shop_id,
        {{ month_of('classes.sales_date') }} as month_date
    from classes
    inner join sales
        on
            classes.shop_id = sales.shop_id
            and classes.sales_date = sales.sales_date
            and sales.order_count is not null
    group by classes.shop_id, {{ month_of('classes.sales_date') }}
),

measured as (
    select
        months.shop_id,
        months.month_date,
        visited.visitor_days,
        {% for count in [
            'identified_order_count', 'repeat_buys', 'referred_first_buys',
            'ad_first_buys', 'organic_first_buys',
        ] -%}
        case
            when months.known_days > 0
                then cast(coalesce(added.{{ count }}, 0) as bigint)
        end as {{ count }},
        {% endfor -%}
        {% for amount in [
            'first_organic_gmv', 'first_referred_gmv', 'repeat_own_gmv',
            'repeat_of_referred_gmv', 'anonymous_gmv',
        ] -%}
        case
            when months.known_days = 0 then null
            when added.shop_id is null then 0
            else added.{{ amount }}
        end as {{ amount }},
        {% endfor -%}
        {% for members in ['activated', 'retained', 'referring'] -%}
        cast(members.{{ members }}_members as numeric)
        / nullif(members.new_members, 0) as {{ members }}_share,
        {% endfor -%}
        {{ days_after(
            'cast(' ~ dbt.dateadd('month', 1, 'months.month_date') ~ ' as date)', 29
        ) }} > spans.last_date as is_partial
    from months
    left join visited
        on
            months.shop_id = visited.shop_id
            and months.month_date = visited.month_date
    left join added
        on months.shop_id = added.shop_id and months.month_date = added.month_date
    left join members
        on
            months.shop_id = members.shop_id
            and months.month_date = members.month_date
    left join spans on months.shop_id = spans.shop_id
),

figured as (
    select
        shop_id,
        month_date,
        visitor_days,
        referred_first_buys + ad_first_buys + organic_first_buys as first_buys,
        repeat_buys,
        referred_first_buys,
        ad_first_buys,
        organic_first_buys,
        activated_share,
        retained_share as retained_w4_share,
        referring_share,
        cast(repeat_buys + referred_first_buys as numeric)
        / nullif(identified_order_count, 0) as self_cycle_share,
        cast(repeat_buys + referred_first_buys as numeric)
        / nullif(ad_first_buys, 0) as cycle_to_ads_ratio,
        first_organic_gmv,
        first_referred_gmv,
        repeat_own_gmv,
        repeat_of_referred_gmv,
        anonymous_gmv,
        is_partial
    from measured
)

select * from figured
