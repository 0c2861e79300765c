-- How many records of a load bring something: a record repeats when its payload is that
-- of the key's newest accepted version, or of the key's record before it in the load.
with

versions as (
    select
        good_rows.payload_hash,
        coalesce(
            lag(good_rows.payload_hash) over (
                partition by good_rows.key_hash order by good_rows.position
            ),
            newest_versions.payload_hash
        ) as hash_before
    from good_rows
    left join newest_versions on good_rows.key_hash = newest_versions.key_hash
)

select
    count(*) filter (where payload_hash is distinct from hash_before) as kept,
    count(*) filter (where payload_hash = hash_before) as repeated
from versions
