with

loads as (
    select * from {{ ref('int_loads_decided') }}
),

windows as (
    select * from {{ ref('stg_ops__load_windows') }}
),

sources as (
    select * from {{ ref('stg_ops__sources') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

shops_of_loads as (
    select * from {{ ref('int_shops_of_loads') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

shops_of_deliveries as (
    select
        source_name,
        run,
        shop_id
    from shops_of_loads
    group by source_name, run, shop_id
),

shops_of_sources as (
    select
        source_name,
        max(shop_id) as shop_id
    from sources
    group by source_name
),

-- whom a window speaks for: its source, the source's shop, the shops its rows name
stretches as (
    select
        loads.source_name as covered_id,
        'source' as covered_kind,
        loads.stream,
        windows.got_from,
        windows.got_to
    from loads
    inner join windows on loads.load_id = windows.load_id
    where loads.is_accepted
    union
    select
        loads.source_shop_id as covered_id,
        'shop' as covered_kind,
        loads.stream,
        windows.got_from,
        windows.got_to
    from loads
    inner join windows on loads.load_id = windows.load_id
    where loads.is_accepted and loads.source_shop_id is not null
    union
    select
        shops_of_deliveries.shop_id as covered_id,
        'shop' as covered_kind,
        loads.stream,
        windows.got_from,
        windows.got_to
    from loads
    inner join windows on loads.load_id = windows.load_id
    inner join shops_of_deliveries
        on
            loads.source_name = shops_of_deliveries.source_name
            and loads.run = shops_of_deliveries.run
    where loads.is_accepted
),

-- windows that touch or overlap are one
reached as (
    select
        *,
        max(got_to) over (
            partition by covered_kind, covered_id, stream
            order by got_from, got_to
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from stretches
),

numbered as (
    select
        *,
        sum(
            case
                when reached_before is null or got_from > reached_before then 1
                else 0
            end
        ) over (
            partition by covered_kind, covered_id, stream
            order by got_from, got_to
            rows between unbounded preceding and current row
        ) as island_no
    from reached
),

islands as (
    select
        covered_kind,
        covered_id,
        stream,
        island_no,
        min(got_from) as got_from,
        max(got_to) as got_to
    from numbered
    group by covered_kind, covered_id, stream, island_no
),

-- the first and the last whole local day of each
placed as (
    select
        islands.*,
        coalesce(shops.time_zone, source_shops.time_zone, 'Asia/Shanghai') as time_zone
    from islands
    left join shops
        on islands.covered_kind = 'shop' and islands.covered_id = shops.shop_id
    left join shops_of_sources
        on
            islands.covered_kind = 'source'
            and islands.covered_id = shops_of_sources.source_name
    left join shops as source_shops on shops_of_sources.shop_id = source_shops.shop_id
),

dated as (
    select
        *,
        {{ local_date('got_from', 'time_zone') }} as from_date,
        {{ local_date('got_to', 'time_zone') }} as to_date
    from placed
),

spans as (
    select
        *,
        case
            when {{ local_midnight('from_date', 'time_zone') }} = got_from
                then from_date
            else {{ days_after('from_date', 1) }}
        end as first_date,
        {{ days_after('to_date', -1) }} as last_date
    from dated
),

borders as (
    select
        covered_kind,
        covered_id,
        stream,
        min(first_date) as first_date,
        max(last_date) as last_date
    from spans
    where first_date <= last_date
    group by covered_kind, covered_id, stream
),

delivered as (
    select
        spans.covered_kind,
        spans.covered_id,
        spans.stream,
        dates.date_day
    from spans
    inner join dates on dates.date_day between spans.first_date and spans.last_date
    group by spans.covered_kind, spans.covered_id, spans.stream, dates.date_day
),

spine as (
    select
        borders.covered_kind,
        borders.covered_id,
        borders.stream,
        dates.date_day as coverage_date,
        delivered.date_day is not null as is_delivered
    from borders
    inner join dates on dates.date_day between borders.first_date and borders.last_date
    left join delivered
        on
            borders.covered_kind = delivered.covered_kind
            and borders.covered_id = delivered.covered_id
            and borders.stream = delivered.stream
            and dates.date_day = delivered.date_day
)

select * from spine
