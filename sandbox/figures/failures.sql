select distinct on (step, source)
    concat_ws(' ', step, source) as step,
    detail
from ops.steps
where run = %s and outcome = 'failed'
order by step, source, step_id desc
