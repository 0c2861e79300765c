-- The newest accepted version of every key of a load, each found through the index:
-- what it costs follows the load, however long the history. `+ 0` keeps a server that
-- has no statistics yet from reading a whole load for every key.
create temporary table newest_versions on commit drop as
select keys.key_hash, versions.payload_hash
from (select distinct record_key, key_hash from good_rows) as keys
cross join lateral (
    select jsonb_hash_extended(raw_rows.payload, 0) as payload_hash
    from raw.{table} as raw_rows
    inner join ops.loads
        on
            raw_rows.load_id + 0 = loads.load_id
            and loads.is_current
            and loads.status = 'accepted'
    where
        raw_rows.record_key = keys.record_key
        and not exists (
            select 1 from ops.rejected_rows
            where
                rejected_rows.load_id = raw_rows.load_id
                and rejected_rows.record_key = raw_rows.record_key
                and rejected_rows.source_ref = raw_rows.source_ref
        )
    order by loads.load_seq desc, raw_rows.ctid desc
    limit 1
) as versions
