{%- set measures = [
    'visitors', 'impressions', 'clicks', 'add_to_cart_visitors', 'platform_gmv',
] -%}
with

traffic as (
    select * from {{ ref('fct_traffic_daily') }}
    where traffic_level = 'shop' and shop_id <> 'unknown'
),

coverage as (
    select * from {{ ref('fct_coverage_daily') }}
    where covered_kind = 'shop' and stream = 'traffic'
),

sales as (
    select * from {{ ref('shop_sales_daily') }}
),

sales_by_entry as (
    select * from {{ ref('agg_entry_sales_daily') }}
),

-- an empty channel or entry is the platform's own total
placed as (
    select
        shop_id,
        coalesce(channel, 'all') as channel,
        coalesce(entry, 'all') as entry,
        stat_date as sales_date,
        {% for measure in measures -%}
        {{ measure }},
        {% endfor -%}
        definition_id,
        row_number() over (
            partition by
                shop_id,
                coalesce(channel, 'all'),
                coalesce(entry, 'all'),
                stat_date
            order by load_seq desc, source_ref desc
        ) as version_no
    from traffic
),

visited as (
    select * from placed
    where version_no = 1
),

-- what the platform counts for a place at all, it counts as none on a quiet day
counted as (
    select
        {% for measure in measures -%}
        case when max({{ measure }}) is not null then 0 end as no_{{ measure }},
        {% endfor -%}
        shop_id,
        channel,
        entry
    from visited
    group by shop_id, channel, entry
),

-- entries are told apart only where a report or an order names one
channels_with_entries as (
    select
        shop_id,
        channel
    from sales_by_entry
    where entry <> 'unknown'
    union
    select
        shop_id,
        channel
    from visited
    where entry <> 'all'
),

places as (
    select
        shop_id,
        channel,
        'all' as entry
    from sales
    union
    select
        sales_by_entry.shop_id,
        sales_by_entry.channel,
        sales_by_entry.entry
    from sales_by_entry
    inner join channels_with_entries
        on
            sales_by_entry.shop_id = channels_with_entries.shop_id
            and sales_by_entry.channel = channels_with_entries.channel
    union
    select
        shop_id,
        channel,
        entry
    from counted
),

days as (
    select
        shop_id,
        sales_date
    from sales
    where channel = 'all'
    union
    select
        covered_id as shop_id,
        coverage_date as sales_date
    from coverage
    union
    select
        shop_id,
        sales_date
    from visited
),

spine as (
    select
        days.shop_id,
        days.sales_date,
        places.channel,
        places.entry,
        coverage.is_delivered is true as is_traffic_delivered,
        shop_days.order_count is not null as is_sales_delivered
    from days
    inner join places on days.shop_id = places.shop_id
    left join coverage
        on
            days.shop_id = coverage.covered_id
            and days.sales_date = coverage.coverage_date
    left join sales as shop_days
        on
            days.shop_id = shop_days.shop_id
            and days.sales_date = shop_days.sales_date
            and shop_days.channel = 'all'
),

measured as (
    select
        spine.shop_id,
        spine.channel,
        spine.entry,
        spine.sales_date,
        {% for measure in measures -%}
        case
            when visited.shop_id is not null then visited.{{ measure }}
            when spine.is_traffic_delivered then counted.no_{{ measure }}
        end as {{ measure }},
        {% endfor -%}
        {% for measure in ['buyers', 'order_count', 'gmv'] -%}
        case
            when not spine.is_sales_delivered then null
            when spine.entry <> 'all' and sales_by_entry.shop_id is not null
                then sales_by_entry.{{ measure }}
            when spine.entry = 'all' and sales.shop_id is not null
                then sales.{{ measure }}
            else 0
        end as {{ measure }},
        {% endfor -%}
        visited.definition_id
    from spine
    left join counted
        on
            spine.shop_id = counted.shop_id
            and spine.channel = counted.channel
            and spine.entry = counted.entry
    left join visited
        on
            spine.shop_id = visited.shop_id
            and spine.channel = visited.channel
            and spine.entry = visited.entry
            and spine.sales_date = visited.sales_date
    left join sales
        on
            spine.shop_id = sales.shop_id
            and spine.channel = sales.channel
            and spine.sales_date = sales.sales_date
    left join sales_by_entry
        on
            spine.shop_id = sales_by_entry.shop_id
            and spine.channel = sales_by_entry.channel
            and spine.entry = sales_by_entry.entry
            and spine.sales_date = sales_by_entry.sales_date
),

figured as (
    select
        shop_id,
        channel,
        entry,
        sales_date,
        impressions,
        clicks,
        visitors,
        add_to_cart_visitors,
        buyers,
        order_count,
        gmv,
        clicks / nullif(cast(impressions as numeric), 0) as click_rate,
        add_to_cart_visitors
        / nullif(cast(visitors as numeric), 0) as add_to_cart_rate,
        buyers / nullif(cast(visitors as numeric), 0) as conversion_rate,
        gmv / nullif(buyers, 0) as aov,
        gmv / nullif(visitors, 0) as spend_per_visitor,
        platform_gmv,
        gmv / nullif(platform_gmv, 0) - 1 as gap_to_platform_rate,
        definition_id,
        case
            when buyers > visitors then false
            when gmv > 0 and coalesce(visitors, 0) = 0 then false
            else true
        end as is_consistent
    from measured
)

select * from figured
