select load_id, stream_id
from ops.loads
where
    is_current
    and status in ('replaced', 'rejected')
    and decided_at < %(edge)s
    and load_id not in (
        select replay_of from ops.loads where replay_of is not null and is_current
        and status = 'pending'
    )
