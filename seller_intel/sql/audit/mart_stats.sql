insert into ops.mart_stats (
    run,
    mart_name,
    row_count,
    latest_business_date,
    changed_row_share,
    digest
)
values (
    %(run)s,
    %(mart_name)s,
    %(row_count)s,
    %(latest_business_date)s,
    %(changed_row_share)s,
    %(digest)s
)
on conflict (run, mart_name) do update set
    row_count = excluded.row_count,
    latest_business_date = excluded.latest_business_date,
    changed_row_share = excluded.changed_row_share,
    digest = excluded.digest
