select
    cast(castsource as bigint) as source_oid,
    cast(casttarget as bigint) as target_oid
from pg_cast
where castcontext = 'i'
