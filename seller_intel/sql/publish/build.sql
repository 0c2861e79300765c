select
    min(started_at) as started_at,
    coalesce(
        max(to_seq) filter (where part = 'core'), max(to_seq), 0
    ) as to_seq,
    max(asked_run) as asked_run
from ops.builds
where run = %(run)s
