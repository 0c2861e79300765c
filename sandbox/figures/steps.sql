select
    step,
    sum(seconds) as seconds
from ops.steps
where run = %s and seconds is not null
group by step
order by min(step_id)
