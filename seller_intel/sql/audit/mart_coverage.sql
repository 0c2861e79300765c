-- Share of the days, from a source's first to its last, that it delivered in full:
-- over all sources of the streams that a mart rests on.
update ops.mart_stats
set coverage_share = coverage.coverage_share
from (
    select
        mart_streams.mart_name,
        round(
            avg(case when days.is_delivered then 1.0 else 0.0 end), 6
        ) as coverage_share
    from ops.mart_streams
    inner join core.fct_coverage_daily as days
        on
            mart_streams.stream = days.stream
            and days.covered_kind = 'source'
    where mart_streams.run = %(run)s and mart_streams.column_group = 'all'
    group by mart_streams.mart_name
) as coverage
where
    mart_stats.run = %(run)s
    and mart_stats.mart_name = coverage.mart_name
