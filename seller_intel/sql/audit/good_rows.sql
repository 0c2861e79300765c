-- The records of one load that staging does not refuse, in the order they were landed.
create temporary table good_rows on commit drop as
select
    raw_rows.record_key,
    hashtextextended(raw_rows.record_key, 0) as key_hash,
    raw_rows.ctid as position,
    jsonb_hash_extended(raw_rows.payload, 0) as payload_hash
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
