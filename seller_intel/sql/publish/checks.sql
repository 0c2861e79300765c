select
    count(*) filter (where is_passed) as checks_passed,
    count(*) filter (
        where not is_passed and severity = 'warning'
    ) as checks_warned,
    count(*) filter (
        where not is_passed and severity = 'critical'
    ) as checks_failed
from ops.checks
where run in (%(run)s, %(asked_run)s)
