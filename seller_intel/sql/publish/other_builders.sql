select distinct pg_locks.pid
from pg_locks
left join pg_class
    on pg_locks.locktype = 'relation' and pg_locks.relation = pg_class.oid
left join pg_namespace
    on
        pg_namespace.oid = pg_class.relnamespace
        or (
            pg_locks.locktype = 'object'
            and pg_locks.classid = cast('pg_namespace' as regclass)
            and pg_locks.objid = pg_namespace.oid
        )
inner join pg_stat_activity on pg_locks.pid = pg_stat_activity.pid
where
    pg_locks.database
    = (select oid from pg_database where datname = current_database())
    and pg_namespace.nspname = 'marts_build'
    and pg_stat_activity.usename = session_user
    and pg_stat_activity.application_name <> 'pg_dump'
    and pg_locks.pid <> pg_backend_pid()
