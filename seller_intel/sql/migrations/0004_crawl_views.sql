-- What crawlers tell of their requests and items, and the status marts over it.

create table ops.crawl_outcomes (
    run text not null,
    source text not null,
    stream_id text not null,
    crawl_date date not null,
    requests bigint not null,
    ok bigint not null,
    blocked bigint not null,
    robots_refused bigint not null,
    errors bigint not null,
    pages_parsed bigint not null,
    items bigint not null,
    expected_items bigint,
    delay_seconds_p50 numeric,
    primary key (run, source, stream_id),
    check (requests = ok + blocked + robots_refused + errors)
);
create index crawl_outcomes_stream on ops.crawl_outcomes (stream_id, crawl_date);
comment on table ops.crawl_outcomes is
'One row per crawl (run, source, stream): what became of its requests, and how many
items it brought of how many expected.';

create table ops.crawl_fields (
    run text not null,
    source text not null,
    stream_id text not null,
    crawl_date date not null,
    field text not null,
    filled bigint not null,
    items bigint not null,
    primary key (run, source, stream_id, field),
    check (filled between 0 and items)
);
create index crawl_fields_stream on ops.crawl_fields (stream_id, crawl_date);
comment on table ops.crawl_fields is
'One row per crawl and field: in how many of its items the field was filled.';

create view marts.crawl_fields_daily as
with

daily as (
    select
        stream_id,
        crawl_date,
        field,
        sum(filled) / nullif(sum(items), 0) as fill_share
    from ops.crawl_fields
    group by stream_id, crawl_date, field
),

baselines as (
    select
        daily.stream_id,
        daily.crawl_date,
        daily.field,
        count(earlier.fill_share) as day_count,
        percentile_cont(0.5) within group (
            order by cast(earlier.fill_share as double precision)
        ) as median_28d
    from daily
    left join daily as earlier
        on
            daily.stream_id = earlier.stream_id
            and daily.field = earlier.field
            and earlier.crawl_date >= daily.crawl_date - 28
            and earlier.crawl_date < daily.crawl_date
            and mod(daily.crawl_date - earlier.crawl_date, 7) = 0
    group by daily.stream_id, daily.crawl_date, daily.field
),

spreads as (
    select
        baselines.stream_id,
        baselines.crawl_date,
        baselines.field,
        percentile_cont(0.5) within group (
            order by abs(
                cast(earlier.fill_share as double precision) - baselines.median_28d
            )
        ) as mad_28d
    from baselines
    inner join daily as earlier
        on
            baselines.stream_id = earlier.stream_id
            and baselines.field = earlier.field
            and earlier.crawl_date >= baselines.crawl_date - 28
            and earlier.crawl_date < baselines.crawl_date
            and mod(baselines.crawl_date - earlier.crawl_date, 7) = 0
    group by baselines.stream_id, baselines.crawl_date, baselines.field
)

select
    daily.stream_id,
    daily.crawl_date,
    daily.field,
    daily.fill_share,
    cast(baselines.median_28d as numeric) as median_28d,
    coalesce(
        baselines.day_count >= 3
        and cast(daily.fill_share as double precision)
        < baselines.median_28d - 5 * spreads.mad_28d - 1e-9,
        false
    ) as layout_alert
from daily
inner join baselines
    on
        daily.stream_id = baselines.stream_id
        and daily.crawl_date = baselines.crawl_date
        and daily.field = baselines.field
left join spreads
    on
        daily.stream_id = spreads.stream_id
        and daily.crawl_date = spreads.crawl_date
        and daily.field = spreads.field;

create view marts.crawl_health_daily as
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
    coalesce(quarantines.replayed, 0) as replayed
from daily
left join fields
    on
        daily.stream_id = fields.stream_id
        and daily.crawl_date = fields.crawl_date
left join quarantines
    on
        daily.stream_id = quarantines.stream_id
        and daily.crawl_date = quarantines.crawl_date;

comment on view marts.crawl_health_daily is
'One row per crawled stream and date: what became of the requests, and whether pages
still read as before. 每个采集数据流、每日一行：请求结果如何，页面是否仍可照常解析。';
comment on column marts.crawl_health_daily.stream_id is
'Platform and stream. 平台与数据流。';
comment on column marts.crawl_health_daily.crawl_date is
'Date of the crawl. 采集日期。';
comment on column marts.crawl_health_daily.requests is
'Requests made: ok + blocked + robots_refused + errors. 请求数=成功+被拦+robots 拒绝+错误。';
comment on column marts.crawl_health_daily.ok is
'Requests answered with a page. 成功请求数。';
comment on column marts.crawl_health_daily.blocked is
'Requests answered with a block or a captcha. 被拦截请求数。';
comment on column marts.crawl_health_daily.robots_refused is
'Requests not made because robots.txt forbids them. 因 robots.txt 未发出的请求数。';
comment on column marts.crawl_health_daily.errors is
'Requests that failed otherwise. 其他失败请求数。';
comment on column marts.crawl_health_daily.pages_parsed is
'Pages read. 已解析页面数。';
comment on column marts.crawl_health_daily.items is
'Items found. 采集条目数。';
comment on column marts.crawl_health_daily.expected_items is
'Items expected; null where the crawl cannot know. 预期条目数；无法得知则为空。';
comment on column marts.crawl_health_daily.item_coverage_share is
'items / expected_items. 条目覆盖率。';
comment on column marts.crawl_health_daily.field_fill_shares is
'Share of items with each field filled; long form in crawl_fields_daily. 各字段填充率；长表见
crawl_fields_daily。';
comment on column marts.crawl_health_daily.layout_alert is
'A field is filled less than it was on the same weekdays of the 28 days before.
有字段填充率低于此前28天同星期的水平。';
comment on column marts.crawl_health_daily.delay_seconds_p50 is
'Median delay of a request; over several crawls of a day the median weighted by
requests. 请求延迟中位数；一天多次采集时按请求数加权。';
comment on column marts.crawl_health_daily.quarantined is
'Lines of which no record could be made. 隔离行数。';
comment on column marts.crawl_health_daily.replayed is
'Quarantined lines put through later. 之后重放成功的行数。';

comment on view marts.crawl_fields_daily is
'One row per crawled stream, date and field: how often the field was filled.
每个采集数据流、日期、字段一行：字段填充情况。';
comment on column marts.crawl_fields_daily.stream_id is
'Platform and stream. 平台与数据流。';
comment on column marts.crawl_fields_daily.crawl_date is
'Date of the crawl. 采集日期。';
comment on column marts.crawl_fields_daily.field is
'The field. 字段。';
comment on column marts.crawl_fields_daily.fill_share is
'Share of items in which it was filled. 填充率。';
comment on column marts.crawl_fields_daily.median_28d is
'Median of the same weekdays of the 28 days before, this day left out.
此前28天同星期的中位数（不含当日）。';
comment on column marts.crawl_fields_daily.layout_alert is
'fill_share is below median_28d - 5 median absolute deviations, of at least three
days. 填充率低于中位数减5倍绝对中位差（至少三天）。';

grant select on marts.crawl_health_daily, marts.crawl_fields_daily
to reader, transformer;
