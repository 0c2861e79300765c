insert into ops.rejected_rows (load_id, record_key, source_ref, reject_reason)
select load_id, record_key, source_ref, reject_reason
from staging.{scratch}
where load_id = %(load_id)s and reject_reason is not null
