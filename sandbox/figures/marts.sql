select
    mart_name as mart,
    row_count as rows,
    latest_business_date as until
from ops.mart_stats
where run = %s
order by mart_name
