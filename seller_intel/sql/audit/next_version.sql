-- A later verdict is a new version of the load; the one before stays as it was.
with

before as (
    update ops.loads set is_current = false
    where load_id = %(load_id)s and is_current
    returning *
)

insert into ops.loads
select (
    jsonb_populate_record(
        cast(null as ops.loads),
        to_jsonb(before) || jsonb_build_object(
            'version', before.version + 1,
            'is_current', true,
            'status', cast(%(status)s as text),
            'load_seq', cast(%(load_seq)s as bigint),
            'kept', coalesce(cast(%(kept)s as bigint), before.kept),
            'rejected', coalesce(cast(%(rejected)s as bigint), before.rejected),
            'repeated', coalesce(cast(%(repeated)s as bigint), before.repeated),
            'reason', cast(%(reason)s as text),
            'decided_at', cast(%(decided_at)s as timestamptz)
        )
    )
).*
from before
