with

open_rows as (
    select load_id, 'quarantined' as kind, rule
    from ops.quarantine
    where replayed_by is null
    union all
    select load_id, 'rejected' as kind, reject_reason as rule
    from ops.rejected_rows
    where replayed_by is null
)

select
    loads.stream_id,
    loads.source,
    open_rows.kind,
    open_rows.rule,
    count(*) as row_count
from open_rows
inner join ops.loads
    on open_rows.load_id = loads.load_id and loads.is_current
where loads.status <> 'replaced'
group by loads.stream_id, loads.source, open_rows.kind, open_rows.rule
order by loads.stream_id, loads.source, open_rows.kind, open_rows.rule
