insert into ops.publications (
    run,
    action,
    schema_name,
    previous_run,
    is_current,
    is_kept,
    started_at,
    finished_at,
    published_at,
    passport
) values (
    %(run)s,
    %(action)s,
    %(schema_name)s,
    %(previous_run)s,
    %(is_shown)s,
    %(is_shown)s,
    (select min(builds.started_at) from ops.builds where builds.run = %(run)s),
    %(at)s,
    case when %(is_shown)s then cast(%(at)s as timestamptz) end,
    %(passport)s
)
