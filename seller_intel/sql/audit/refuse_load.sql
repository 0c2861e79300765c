insert into ops.rejected_rows (load_id, record_key, source_ref, reject_reason)
select raw_rows.load_id, raw_rows.record_key, raw_rows.source_ref, 'load_rejected'
from raw.{table} as raw_rows
where
    raw_rows.load_id = %(load_id)s
    and not exists (
        select 1 from ops.rejected_rows
        where
            rejected_rows.load_id = %(load_id)s
            and rejected_rows.record_key = raw_rows.record_key
            and rejected_rows.source_ref = raw_rows.source_ref
    )
