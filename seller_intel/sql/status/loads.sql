select
    stream_id,
    source,
    count(*) filter (where status = 'accepted') as accepted,
    count(*) filter (where status = 'pending') as pending,
    count(*) filter (where status = 'rejected') as refused,
    max(run) as last_run,
    sum(received) as received,
    sum(quarantined) as quarantined,
    sum(loaded) as loaded,
    sum(kept) as kept,
    sum(rejected) as rejected,
    sum(repeated) as repeated
from ops.loads
where is_current and status <> 'replaced'
group by stream_id, source
order by stream_id, source
