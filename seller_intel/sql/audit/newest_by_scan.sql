-- The same as newest_by_key, by one reading of the history: for a load that is large
-- beside it.
create temporary table newest_versions on commit drop as
with

accepted as (
    select load_id, load_seq
    from ops.loads
    where stream_id = %(stream_id)s and is_current and status = 'accepted'
),

keys as (
    select distinct key_hash from good_rows
),

versions as (
    select
        keys.key_hash,
        jsonb_hash_extended(raw_rows.payload, 0) as payload_hash,
        row_number() over (
            partition by keys.key_hash
            order by accepted.load_seq desc, raw_rows.ctid desc
        ) as recency
    from raw.{table} as raw_rows
    inner join accepted on raw_rows.load_id = accepted.load_id
    inner join keys on hashtextextended(raw_rows.record_key, 0) = keys.key_hash
    where
        not exists (
            select 1 from ops.rejected_rows
            where
                rejected_rows.load_id = raw_rows.load_id
                and rejected_rows.record_key = raw_rows.record_key
                and rejected_rows.source_ref = raw_rows.source_ref
        )
)

select key_hash, payload_hash
from versions
where recency = 1
