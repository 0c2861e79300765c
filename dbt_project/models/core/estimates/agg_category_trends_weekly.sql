{#
    Units and search of categories by week, without gaps from the first week that has
    anything to the last. A search index belongs to one keyword: the lead keyword of the
    category, never a sum over keywords.
#}
with

weekly as (
    select * from {{ ref('agg_listing_sales_weekly') }}
),

category_map as (
    select * from {{ ref('category_map') }}
    where choice_no = 1
),

ancestors as (
    select * from {{ ref('int_category_ancestors') }}
),

indexed as (
    select * from {{ ref('fct_search_index_daily') }}
),

keywords as (
    select * from {{ reference_rows('lead_keywords') }} as keywords
),

dates as (
    select * from {{ ref('dim_date') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

placed as (
    select
        weekly.*,
        coalesce(
            category_map.category_id, weekly.platform_category_id, 'unknown'
        ) as category_id
    from weekly
    left join category_map
        on
            weekly.platform_category_id = category_map.platform_category_id
            and {{ holds_on(
                'weekly.week_date', 'category_map.valid_from', 'category_map.valid_to'
            ) }}
),

sold as (
    select
        placed.platform_id,
        ancestors.ancestor_id as category_id,
        placed.week_date,
        sum(placed.units_lo) as units_lo,
        sum(placed.units_est) as units_est,
        sum(placed.units_hi) as units_hi,
        sum(placed.observed_days) as observed_days,
        count(*) as unit_count
    from placed
    inner join ancestors on placed.category_id = ancestors.category_id
    group by placed.platform_id, ancestors.ancestor_id, placed.week_date
),

led as (
    select
        platform_id,
        category_id,
        keyword,
        valid_from,
        {{ earlier_end('valid_to', 'closed_date') }} as stated_valid_to,
        lead(valid_from) over (
            partition by platform_id, category_id order by valid_from
        ) as next_valid_from
    from keywords
),

-- the keyword that led on the day; of two of one day the first by name
searched_days as (
    select
        led.platform_id,
        led.category_id,
        {{ week_of('indexed.index_date') }} as week_date,
        indexed.index_value,
        indexed.popularity_value,
        indexed.index_version,
        row_number() over (
            partition by led.platform_id, led.category_id, indexed.index_date
            order by indexed.keyword
        ) as choice_no
    from led
    inner join indexed
        on
            led.platform_id = indexed.platform_id
            and led.keyword = indexed.keyword
            and {{ holds_on(
                'indexed.index_date', 'led.valid_from',
                earlier_end('led.stated_valid_to', 'led.next_valid_from')
            ) }}
),

searched as (
    select
        platform_id,
        category_id,
        week_date,
        case
            when count(distinct coalesce(index_version, '')) = 1
                then avg(index_value)
        end as search_index_avg,
        case
            when count(distinct coalesce(index_version, '')) = 1
                then avg(popularity_value)
        end as search_popularity_avg
    from searched_days
    where choice_no = 1
    group by platform_id, category_id, week_date
),

spans as (
    select
        platform_id,
        category_id,
        min(week_date) as first_week,
        max(week_date) as last_week
    from (
        select
            platform_id,
            category_id,
            week_date
        from sold
        union all
        select
            platform_id,
            category_id,
            week_date
        from searched
    ) as told
    group by platform_id, category_id
),

festivals as (
    select
        week_date,
        festival_id,
        min(festival_day_no) as festival_day_no
    from dates
    where festival_id is not null
    group by week_date, festival_id
),

weeks as (
    select
        dates.week_date,
        min(festivals.festival_id) as festival_id
    from dates
    left join festivals on dates.week_date = festivals.week_date
    group by dates.week_date
),

-- the same days of the same festival, else 52 weeks before
compared_weeks as (
    select
        weeks.week_date,
        coalesce(
            max(earlier.week_date), {{ days_after('weeks.week_date', -364) }}
        ) as year_before
    from weeks
    left join festivals
        on
            weeks.week_date = festivals.week_date
            and weeks.festival_id = festivals.festival_id
    left join dates as earlier
        on
            festivals.festival_id = earlier.festival_id
            and festivals.festival_day_no = earlier.festival_day_no
            and earlier.date_day < {{ days_after('weeks.week_date', -300) }}
            and earlier.date_day > {{ days_after('weeks.week_date', -430) }}
    group by weeks.week_date
),

spine as (
    select
        spans.platform_id,
        spans.category_id,
        compared_weeks.week_date,
        compared_weeks.year_before,
        {{ days_after('compared_weeks.week_date', 6) }}
        >= {{ local_date(as_of(), 'platforms.time_zone') }} as is_partial
    from spans
    inner join platforms on spans.platform_id = platforms.platform_id
    inner join compared_weeks
        on compared_weeks.week_date between spans.first_week and spans.last_week
),

trends as (
    select
        spine.platform_id,
        spine.category_id,
        spine.week_date,
        spine.year_before,
        searched.search_index_avg,
        searched.search_popularity_avg,
        sold.units_lo,
        sold.units_est,
        sold.units_hi,
        cast(sold.observed_days as numeric) / nullif(7 * sold.unit_count, 0)
            as coverage_share,
        spine.is_partial
    from spine
    left join sold
        on
            spine.platform_id = sold.platform_id
            and spine.category_id = sold.category_id
            and spine.week_date = sold.week_date
    left join searched
        on
            spine.platform_id = searched.platform_id
            and spine.category_id = searched.category_id
            and spine.week_date = searched.week_date
)

select * from trends
