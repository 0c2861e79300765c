select
    quarantine.load_id,
    loads.stream_id,
    loads.source,
    loads.run,
    'quarantined' as kind,
    quarantine.line_no,
    quarantine.rule,
    quarantine.reason,
    quarantine.position,
    quarantine.record
from ops.quarantine
inner join ops.loads
    on quarantine.load_id = loads.load_id and loads.is_current
where quarantine.replayed_by is null and loads.status <> 'replaced'
union all
select
    rejected_rows.load_id,
    loads.stream_id,
    loads.source,
    loads.run,
    'rejected' as kind,
    null as line_no,
    rejected_rows.reject_reason as rule,
    rejected_rows.reject_reason as reason,
    rejected_rows.source_ref as position,
    rejected_rows.record_key as record
from ops.rejected_rows
inner join ops.loads
    on rejected_rows.load_id = loads.load_id and loads.is_current
where rejected_rows.replayed_by is null and loads.status <> 'replaced'
order by 1, 6, 9
limit %(limit)s
