select
    run,
    max(asked_run) as asked_run,
    bool_or(status = 'published') as is_published
from ops.builds
group by run
order by run desc
limit 1
