select raw_rows.record_key, raw_rows.observed_at, raw_rows.source_ref, raw_rows.payload
from raw.{table} as raw_rows
where
    raw_rows.load_id = %(load_id)s
    and exists (
        select 1 from ops.rejected_rows
        where
            rejected_rows.load_id = raw_rows.load_id
            and rejected_rows.source_ref = raw_rows.source_ref
            and rejected_rows.record_key = raw_rows.record_key
            and rejected_rows.replayed_by is null
    )
    and exists (
        select 1 from staging.{staging} as judged_now
        where
            judged_now.load_id = raw_rows.load_id
            and judged_now.record_key = raw_rows.record_key
            and judged_now.source_ref = raw_rows.source_ref
            and judged_now.reject_reason is null
    )
