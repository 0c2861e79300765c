insert into ops.builds (
    run,
    part,
    status,
    from_seq,
    to_seq,
    is_full_refresh,
    asked_run,
    claimed_by,
    heartbeat_at,
    started_at
) values (
    %(run)s,
    %(part)s,
    %(status)s,
    %(from_seq)s,
    %(to_seq)s,
    %(is_full_refresh)s,
    %(asked_run)s,
    %(claimed_by)s,
    clock_timestamp(),
    clock_timestamp()
)
on conflict (run, part) do update set
status = excluded.status,
from_seq = excluded.from_seq,
to_seq = excluded.to_seq,
is_full_refresh = excluded.is_full_refresh,
asked_run = excluded.asked_run,
claimed_by = excluded.claimed_by,
heartbeat_at = excluded.heartbeat_at,
finished_at = null,
built_at = null,
built_before = null,
detail = null
