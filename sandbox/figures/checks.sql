select
    stage,
    count(*) as checks,
    count(*) filter (where is_passed) as passed,
    count(*) filter (where not is_passed and severity = 'warning') as warnings,
    count(*) filter (where not is_passed and severity = 'critical') as refused
from ops.checks
where run = %s
group by stage
order by stage
