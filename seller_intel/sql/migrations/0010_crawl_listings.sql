-- What a crawl saw of the listings its source showed before, and how it read them.

create table ops.crawl_listings (
    run text not null,
    source text not null,
    stream_id text not null,
    crawl_date date not null,
    listings_seen bigint not null,
    listings_new bigint,
    listings_gone bigint,
    prices_compared bigint not null,
    median_price_change_rate numeric,
    shapes jsonb not null,
    pages_shaped bigint not null,
    pages_of_new_shape bigint,
    methods jsonb not null,
    primary key (run, source, stream_id)
);
create index crawl_listings_stream on ops.crawl_listings (stream_id, crawl_date);
comment on table ops.crawl_listings is
'One row per crawl of listings (run, source, stream): against the last accepted crawl of
its source, null where there is none. Listings are gone only where a crawl was whole.';

create or replace view marts.crawl_health_daily as
with

weighted as (
    select
        *,
        sum(requests) over (
            partition by stream_id, crawl_date
            order by delay_seconds_p50, run, source
        ) as requests_so_far,
        sum(requests) over (partition by stream_id, crawl_date) as requests_of_day
    from ops.crawl_outcomes
),

daily as (
    select
        stream_id,
        crawl_date,
        cast(sum(requests) as bigint) as requests,
        cast(sum(ok) as bigint) as ok,
        cast(sum(blocked) as bigint) as blocked,
        cast(sum(robots_refused) as bigint) as robots_refused,
        cast(sum(errors) as bigint) as errors,
        cast(sum(pages_parsed) as bigint) as pages_parsed,
        cast(sum(items) as bigint) as items,
        cast(sum(expected_items) as bigint) as expected_items,
        min(delay_seconds_p50) filter (
            where 2 * requests_so_far >= requests_of_day
        ) as delay_seconds_p50
    from weighted
    group by stream_id, crawl_date
),

fields as (
    select
        stream_id,
        crawl_date,
        jsonb_object_agg(field, fill_share) as field_fill_shares,
        bool_or(layout_alert) as layout_alert
    from marts.crawl_fields_daily
    group by stream_id, crawl_date
),

crawled_loads as (
    select
        crawl_outcomes.stream_id,
        crawl_outcomes.crawl_date,
        loads.load_id,
        loads.quarantined
    from ops.crawl_outcomes
    inner join ops.loads
        on
            crawl_outcomes.stream_id = loads.stream_id
            and crawl_outcomes.source = loads.source
            and crawl_outcomes.run = loads.run
    where loads.is_current and loads.status <> 'replaced'
),

replays as (
    select load_id, count(*) as replayed
    from ops.quarantine
    where replayed_by is not null
    group by load_id
),

quarantines as (
    select
        crawled_loads.stream_id,
        crawled_loads.crawl_date,
        cast(sum(crawled_loads.quarantined) as bigint) as quarantined,
        cast(sum(coalesce(replays.replayed, 0)) as bigint) as replayed
    from crawled_loads
    left join replays on crawled_loads.load_id = replays.load_id
    group by crawled_loads.stream_id, crawled_loads.crawl_date
),

compared as (
    select
        *,
        row_number() over (
            partition by stream_id, crawl_date, source order by run desc
        ) as run_from_last,
        sum(prices_compared) over (
            partition by stream_id, crawl_date
            order by median_price_change_rate, run, source
        ) as compared_so_far,
        sum(prices_compared) over (partition by stream_id, crawl_date)
            as compared_of_day
    from ops.crawl_listings
),

listings as (
    select
        stream_id,
        crawl_date,
        cast(sum(listings_seen) filter (where run_from_last = 1) as bigint)
            as listings_seen,
        cast(sum(listings_new) as bigint) as listings_new,
        cast(sum(listings_gone) as bigint) as listings_gone,
        min(median_price_change_rate) filter (
            where 2 * compared_so_far >= compared_of_day
        ) as median_price_change_rate,
        sum(pages_of_new_shape) / nullif(
            sum(pages_shaped) filter (where pages_of_new_shape is not null), 0
        ) as new_shape_page_share
    from compared
    group by stream_id, crawl_date
),

readings as (
    select
        crawl_listings.stream_id,
        crawl_listings.crawl_date,
        stated.key as method,
        sum(cast(stated.value as bigint)) as readings
    from ops.crawl_listings
    cross join lateral jsonb_each_text(crawl_listings.methods) as stated
    group by crawl_listings.stream_id, crawl_listings.crawl_date, stated.key
),

methods as (
    select
        stream_id,
        crawl_date,
        jsonb_object_agg(method, round(share, 4)) as method_shares
    from (
        select
            *,
            readings / sum(readings) over (partition by stream_id, crawl_date) as share
        from readings
    ) as shared
    group by stream_id, crawl_date
)

select
    daily.stream_id,
    daily.crawl_date,
    daily.requests,
    daily.ok,
    daily.blocked,
    daily.robots_refused,
    daily.errors,
    daily.pages_parsed,
    daily.items,
    daily.expected_items,
    daily.items / nullif(cast(daily.expected_items as numeric), 0)
        as item_coverage_share,
    fields.field_fill_shares,
    coalesce(fields.layout_alert, false) as layout_alert,
    daily.delay_seconds_p50,
    coalesce(quarantines.quarantined, 0) as quarantined,
    coalesce(quarantines.replayed, 0) as replayed,
    listings.listings_seen,
    listings.listings_new,
    listings.listings_gone,
    listings.median_price_change_rate,
    listings.new_shape_page_share,
    methods.method_shares
from daily
left join fields
    on
        daily.stream_id = fields.stream_id
        and daily.crawl_date = fields.crawl_date
left join quarantines
    on
        daily.stream_id = quarantines.stream_id
        and daily.crawl_date = quarantines.crawl_date
left join listings
    on
        daily.stream_id = listings.stream_id
        and daily.crawl_date = listings.crawl_date
left join methods
    on
        daily.stream_id = methods.stream_id
        and daily.crawl_date = methods.crawl_date;

comment on column marts.crawl_health_daily.listings_seen is
'Listings seen by the last crawl of each source on the day. 当日每个来源最后一次采集所见商品数。';
comment on column marts.crawl_health_daily.listings_new is
'Listings not seen by the last accepted crawl of their source; null where there is none.
上次被接受的采集中没有的商品数；没有上次则为空。';
comment on column marts.crawl_health_daily.listings_gone is
'Listings of the last accepted crawl that a whole crawl did not see again; null where no
crawl of the day was whole. 完整采集中未再出现的商品数；当日没有完整采集则为空。';
comment on column marts.crawl_health_daily.median_price_change_rate is
'Median of price over the price of the last accepted crawl, less one, over listings and
variants seen in both; weighted over the crawls of a day. 与上次采集相比的价格变动率中位数。';
comment on column marts.crawl_health_daily.new_shape_page_share is
'Share of product pages whose shape (a hash of the classes that carry the page) the last
accepted crawl did not show. 页面结构指纹为上次采集所无的商品页占比。';
comment on column marts.crawl_health_daily.method_shares is
'Share of all field readings by the method that gave them (json_ld, microdata, meta,
script, page, rules, api). 各读取方式占全部字段读数的比例。';
