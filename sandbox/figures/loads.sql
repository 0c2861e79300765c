select
    stream_id as stream,
    sum(received)::bigint as received,
    sum(loaded)::bigint as loaded,
    sum(quarantined)::bigint as quarantined,
    sum(kept)::bigint as kept,
    sum(rejected)::bigint as rejected,
    sum(repeated)::bigint as repeated
from ops.loads
where is_current
group by stream_id
order by stream_id
