select
    pg_stat_activity.pid,
    pg_stat_activity.xact_start,
    pg_stat_activity.usename,
    pg_stat_activity.application_name
from pg_stat_activity
inner join ops.builds
    on
        builds.run = %(run)s
        and builds.part = 'marts'
        and pg_stat_activity.xact_start <= builds.built_at
where
    pg_stat_activity.datname = current_database()
    and pg_stat_activity.backend_type = 'client backend'
    and pg_stat_activity.pid <> pg_backend_pid()
    and pg_stat_activity.usename <> session_user
    and pg_stat_activity.application_name <> 'pg_dump'
    and pg_stat_activity.backend_xmin is not null
    and age(pg_stat_activity.backend_xmin)
    > age(cast(builds.built_before as xid))
