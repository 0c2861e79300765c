-- The status marts: stable views over ops, outside the published versions, so that a
-- refused run shows too. They are read live: age is told by the reader's clock, not by
-- a run that may be late.

create view marts.run_passports as
select
    attempts.run as run_id,
    attempts.started_at,
    attempts.finished_at,
    attempts.published_at,
    attempts.status,
    attempts.passport ->> 'git_commit' as git_commit,
    attempts.passport ->> 'thresholds_version' as thresholds_version,
    attempts.passport -> 'source_watermarks' as source_watermarks,
    cast(attempts.passport ->> 'checks_passed' as bigint) as checks_passed,
    cast(attempts.passport ->> 'checks_warned' as bigint) as checks_warned,
    cast(attempts.passport ->> 'checks_failed' as bigint) as checks_failed,
    attempts.passport ->> 'fit_ids' as fit_ids,
    exists (
        select 1 from ops.publications
        where publications.is_current and publications.run = attempts.run
    ) as is_current,
    attempts.passport ->> 'project_hash' as project_hash,
    attempts.passport ->> 'reason' as reason
from ops.attempts;

create view marts.run_passport_sources as
select
    attempts.run as run_id,
    delivered.stream_id,
    max(delivered.latest_source_at) as latest_source_at,
    cast(sum(delivered.received) as bigint) as received,
    cast(sum(delivered.loaded) as bigint) as loaded,
    cast(sum(delivered.quarantined) as bigint) as quarantined,
    cast(sum(delivered.kept) as bigint) as kept,
    cast(sum(delivered.rejected) as bigint) as rejected,
    cast(sum(delivered.repeated) as bigint) as repeated
from ops.attempts
cross join
    jsonb_to_recordset(attempts.passport -> 'sources') as delivered (
        stream_id text,
        source text,
        latest_source_at timestamptz,
        received bigint,
        loaded bigint,
        quarantined bigint,
        kept bigint,
        rejected bigint,
        repeated bigint
    )
group by attempts.run, delivered.stream_id;

create view marts.data_status as
with

published as (
    select run, previous_run, passport
    from ops.publications
    where is_current
),

mart_groups as (
    select
        published.run,
        published.previous_run,
        listed.mart_name,
        listed.column_group,
        listed.streams
    from published
    cross join
        jsonb_to_recordset(published.passport -> 'marts') as listed (
            mart_name text, column_group text, streams jsonb
        )
),

delivered as (
    select listed.stream_id, listed.source, listed.latest_source_at
    from published
    cross join
        jsonb_to_recordset(published.passport -> 'sources') as listed (
            stream_id text, source text, latest_source_at timestamptz
        )
),

group_streams as (
    select mart_groups.mart_name, mart_groups.column_group, listed.stream
    from mart_groups
    cross join jsonb_array_elements_text(mart_groups.streams) as listed (stream)
),

-- a column with streams of its own is as old as those, the mart as the others
told_apart as (
    select
        mart_name,
        stream
    from group_streams
    where column_group <> 'all'
),

-- a source is as fresh as the freshest of its streams: no refund today is not late
due as (
    select
        group_streams.mart_name,
        group_streams.column_group,
        sources.source,
        max(sources.sla_hours) as sla_hours,
        extract(
            epoch from max(reader_clock.instant) - max(delivered.latest_source_at)
        ) / 3600 as age_hours
    from group_streams
    inner join ops.sources
        on split_part(sources.stream_id, '__', 2) = group_streams.stream
    inner join delivered
        on
            sources.stream_id = delivered.stream_id
            and sources.source = delivered.source
    left join told_apart
        on
            group_streams.column_group = 'all'
            and group_streams.mart_name = told_apart.mart_name
            and group_streams.stream = told_apart.stream
    cross join ops.reader_clock
    where delivered.latest_source_at is not null and told_apart.stream is null
    group by
        group_streams.mart_name, group_streams.column_group, sources.source
),

most_overdue as (
    select
        mart_name,
        column_group,
        sla_hours,
        age_hours,
        row_number() over (
            partition by mart_name, column_group order by age_hours - sla_hours desc
        ) as rank_no
    from due
),

shops_without as (
    select
        group_streams.mart_name,
        group_streams.column_group,
        group_streams.stream,
        count(shops.shop_id) as shop_count,
        string_agg(shops.shop_id, ', ' order by shops.shop_id) as shop_ids
    from group_streams
    cross join ops.shops
    where
        shops.is_own
        and not exists (
            select 1 from ops.sources
            where
                split_part(sources.stream_id, '__', 2) = group_streams.stream
                and (sources.shop_id is null or sources.shop_id = shops.shop_id)
        )
    group by
        group_streams.mart_name, group_streams.column_group, group_streams.stream
),

own_shops as (
    select count(*) as shop_count from ops.shops where is_own
),

not_carried as (
    select
        shops_without.mart_name,
        shops_without.column_group,
        string_agg(
            case
                when shops_without.shop_count = own_shops.shop_count
                    then shops_without.stream
                else shops_without.stream || ' (' || shops_without.shop_ids || ')'
            end,
            ', ' order by shops_without.stream
        ) as streams_not_carried
    from shops_without
    cross join own_shops
    group by shops_without.mart_name, shops_without.column_group
),

latest as (
    select run, status from ops.attempts order by run desc limit 1
),

failures as (
    select
        regexp_replace(checks.table_name, '^.*\.', '') as mart_name,
        checks.column_name,
        checks.severity
    from ops.checks
    inner join latest on checks.run = latest.run
    where checks.stage = 'gate' and not checks.is_passed
),

counted as (
    select
        mart_groups.mart_name,
        mart_groups.column_group,
        count(*) filter (where failures.severity = 'critical') as failed_check_count,
        count(*) filter (where failures.severity = 'warning') as warning_check_count
    from mart_groups
    left join failures
        on
            mart_groups.mart_name = failures.mart_name
            and mart_groups.column_group in ('all', failures.column_name)
    group by mart_groups.mart_name, mart_groups.column_group
),

measured as (
    select
        mart_groups.mart_name,
        mart_groups.column_group,
        mart_groups.run,
        mart_groups.previous_run,
        mart_stats.latest_business_date,
        mart_stats.coverage_share,
        mart_stats.changed_row_share,
        not_carried.streams_not_carried,
        counted.failed_check_count,
        counted.warning_check_count,
        round(most_overdue.age_hours, 2) as age_hours,
        most_overdue.sla_hours,
        coalesce(most_overdue.age_hours <= most_overdue.sla_hours, true) as is_fresh,
        coalesce(
            latest.run > mart_groups.run
            and latest.status in ('refused', 'failed'),
            false
        ) as is_blocked
    from mart_groups
    inner join counted
        on
            mart_groups.mart_name = counted.mart_name
            and mart_groups.column_group = counted.column_group
    left join most_overdue
        on
            mart_groups.mart_name = most_overdue.mart_name
            and mart_groups.column_group = most_overdue.column_group
            and most_overdue.rank_no = 1
    left join not_carried
        on
            mart_groups.mart_name = not_carried.mart_name
            and mart_groups.column_group = not_carried.column_group
    left join ops.mart_stats
        on
            mart_groups.run = mart_stats.run
            and mart_groups.mart_name = mart_stats.mart_name
    left join latest on true
),

judged as (
    select
        *,
        case
            when is_blocked then 'blocked'
            when not is_fresh then 'stale'
            when warning_check_count > 0 then 'warned'
            else 'ok'
        end as status
    from measured
)

select
    case
        when column_group = 'all' then mart_name
        else mart_name || '.' || column_group
    end as mart_name,
    column_group,
    run as run_id,
    latest_business_date,
    age_hours,
    sla_hours,
    is_fresh,
    failed_check_count,
    warning_check_count,
    coverage_share,
    status,
    case status
        when 'ok' then '正常'
        when 'stale' then '已过期'
        when 'warned' then '有警告'
        else '已阻断'
    end as status_zh,
    previous_run as previous_run_id,
    changed_row_share,
    streams_not_carried
from judged;

comment on view marts.run_passports is
'One row per run that was published, refused or failed: what it rests on. Exactly one
is current. 每次发布、被拒或失败的运行一行：它依据什么。恰有一行为当前版本。';
comment on column marts.run_passports.run_id is
'The run, UTC time as text. 运行编号，UTC时间文本。';
comment on column marts.run_passports.started_at is
'When the build of the run began. 该运行开始构建的时间。';
comment on column marts.run_passports.finished_at is
'When it was published, refused or given up. 发布、被拒或放弃的时间。';
comment on column marts.run_passports.published_at is
'When readers first saw this outcome; null if they never did. 读者可见的时间；从未发布则为空。';
comment on column marts.run_passports.status is
'published, refused (a critical check failed) or failed (it could not be finished).
状态：已发布、被拒（关键检查未通过）或失败（未能完成）。';
comment on column marts.run_passports.git_commit is
'The code that built it. 构建所用代码版本。';
comment on column marts.run_passports.thresholds_version is
'Digest of the check suites and dated rules it was judged by. 检查规则与分期规则的摘要。';
comment on column marts.run_passports.source_watermarks is
'Latest source time per stream; counts are in run_passport_sources. 各数据流的最新来源时间；计数见
run_passport_sources。';
comment on column marts.run_passports.checks_passed is
'Checks passed at door and gate. 门口与出口检查通过数。';
comment on column marts.run_passports.checks_warned is
'Checks of severity warning that failed. 未通过的警告级检查数。';
comment on column marts.run_passports.checks_failed is
'Checks of severity critical that failed; of rejected deliveries at the door, or of
marts at the gate. 未通过的关键检查数（门口被拒的交付或出口的数据集市）。';
comment on column marts.run_passports.fit_ids is
'Lifetime models published with it, comma-separated. 随之发布的生命周期模型编号，逗号分隔。';
comment on column marts.run_passports.is_current is
'Readers see this run now. 读者当前所见版本。';
comment on column marts.run_passports.project_hash is
'Digest of the dbt project it was built with. 构建所用 dbt 项目的摘要。';
comment on column marts.run_passports.reason is
'Why it was refused or failed. 被拒或失败的原因。';

comment on view marts.run_passport_sources is
'One row per run and stream: what had been delivered. received = loaded +
quarantined; loaded = kept + rejected + repeated.
每次运行、每个数据流一行：已交付多少。接收=载入+隔离；载入=保留+拒绝+重复。';
comment on column marts.run_passport_sources.run_id is
'The run, as in run_passports. 运行编号，同 run_passports。';
comment on column marts.run_passport_sources.stream_id is
'Platform and stream. 平台与数据流。';
comment on column marts.run_passport_sources.latest_source_at is
'Up to when the accepted deliveries reach, in source time. 已接受交付所覆盖的最晚来源时间。';
comment on column marts.run_passport_sources.received is
'Records received. 接收记录数。';
comment on column marts.run_passport_sources.loaded is
'Records of which a row could be made. 载入记录数。';
comment on column marts.run_passport_sources.quarantined is
'Lines of which no record could be made. 隔离行数（无法成为记录）。';
comment on column marts.run_passport_sources.kept is
'Records kept, superseded versions included. 保留记录数（含被取代的旧版本）。';
comment on column marts.run_passport_sources.rejected is
'Records that broke a rule, or whose whole load was refused. 拒绝记录数（违反规则或整批被拒）。';
comment on column marts.run_passport_sources.repeated is
'Records that said nothing new. 重复记录数。';

comment on view marts.data_status is
'One row per published mart, and one per column of it that rests on streams of its
own: how old and how trustworthy the figures are.
每个已发布数据集市一行，其中另有独立数据来源的列各加一行：数据有多新、是否可信。';
comment on column marts.data_status.mart_name is
'The mart; mart.column where a column has streams of its own. Unique.
数据集市名；独立来源的列为“集市.列”。唯一。';
comment on column marts.data_status.column_group is
'all, or the column that rests on streams of its own. all 表示整个集市，否则为独立来源的列名。';
comment on column marts.data_status.run_id is
'The run readers see. 读者所见的运行编号。';
comment on column marts.data_status.latest_business_date is
'Last business date in the mart. 集市中最新的业务日期。';
comment on column marts.data_status.age_hours is
'Hours since the source time of the most overdue source, by the clock of the reader;
in the sandbox by the latest run. Columns with a row of their own are left out.
最滞后来源的来源时间距今小时数；沙盒中以最近一次运行计；另有独立行的列除外。';
comment on column marts.data_status.sla_hours is
'Hours that source may be old. 该来源允许的小时数。';
comment on column marts.data_status.is_fresh is
'age_hours is within sla_hours, or nothing dated feeds the mart. 在允许时限内，或无带日期的来源。';
comment on column marts.data_status.failed_check_count is
'Critical checks of this mart that failed in the latest run, published or not.
最近一次运行（无论是否发布）未通过的关键检查数。';
comment on column marts.data_status.warning_check_count is
'Warnings of this mart in the latest run. 最近一次运行的警告数。';
comment on column marts.data_status.coverage_share is
'Share of expected days or listings that was delivered. 采集覆盖率。';
comment on column marts.data_status.status is
'blocked (a later run was refused or failed, the figures are of an earlier one),
stale, warned or ok. 状态：blocked（较新的运行被拒或失败，数字来自更早的运行）、stale、warned、ok。';
comment on column marts.data_status.status_zh is
'The status in Chinese. 状态的中文名。';
comment on column marts.data_status.previous_run_id is
'The run readers saw before this one. 此前读者所见的运行编号。';
comment on column marts.data_status.changed_row_share is
'Share of rows that differ from the version published before. 与上一发布版本不同的行占比。';
comment on column marts.data_status.streams_not_carried is
'Streams that no source carries, with the own shops concerned where others have them:
their costs count as 0. 没有来源的数据流（括号内为缺少它的自有店铺）：其成本按 0 计。';

grant select on marts.run_passports, marts.run_passport_sources, marts.data_status
to reader, transformer;
