-- What the checks of a run found wrong at the door or the gate, worst first.
select
    checks.severity,
    checks.table_name,
    loads.source,
    checks.load_id,
    loads.status as load_status,
    checks.column_name,
    checks.expectation,
    checks.observed_value
from ops.checks as checks
left join ops.loads as loads
    on checks.load_id = loads.load_id and loads.is_current
where
    checks.run = %(run)s
    and checks.stage = %(stage)s
    and not checks.is_passed
order by
    checks.severity,
    checks.table_name,
    checks.load_id,
    checks.check_id
