with

versions as (
    select
        publications.run,
        publications.schema_name,
        max(publications.publication_id) as last_shown,
        min(publications.published_at) as published_at,
        bool_or(publications.is_current) as is_current
    from ops.publications
    inner join pg_namespace on publications.schema_name = pg_namespace.nspname
    where publications.action in ('published', 'rolled_back')
    group by publications.run, publications.schema_name
),

left_by_rollback as (
    select
        previous_run as run,
        max(publication_id) as last_left
    from ops.publications
    where action = 'rolled_back'
    group by previous_run
)

select
    versions.run,
    versions.schema_name,
    versions.published_at,
    versions.is_current,
    coalesce(left_by_rollback.last_left > versions.last_shown, false) as is_withdrawn
from versions
left join left_by_rollback on versions.run = left_by_rollback.run
order by versions.run desc
