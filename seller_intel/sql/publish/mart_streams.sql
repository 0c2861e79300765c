select
    mart_name,
    column_group,
    jsonb_agg(stream order by stream) as streams
from ops.mart_streams
where run = %(run)s
group by mart_name, column_group
order by mart_name, column_group
