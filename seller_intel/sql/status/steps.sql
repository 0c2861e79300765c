select
    run,
    step,
    source,
    stream_id,
    outcome,
    row_count,
    seconds,
    detail
from ops.steps
order by step_id desc
limit 15
