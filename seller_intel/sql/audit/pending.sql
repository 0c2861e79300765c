select
    load_id,
    stream_id,
    source,
    run,
    loaded
from ops.loads
where is_current and status = 'pending'
order by load_id
