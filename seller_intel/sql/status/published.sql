select
    run,
    action,
    is_current,
    published_at,
    previous_run
from ops.publications
order by publication_id desc
limit 5
