create table staging.{scratch} as
select {columns}
from staging.{view}
where load_id in ({loads})
