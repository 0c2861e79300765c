select pg_namespace.nspname as schema_name
from pg_namespace
where
    pg_namespace.nspname ~ '^marts_[0-9]{{8}}t[0-9]{{6}}(_[0-9]+)?$'
    and pg_namespace.nspname not in (
        select publications.schema_name from ops.publications
        where publications.schema_name is not null
    )
    and upper(substr(pg_namespace.nspname, 7)) not in (select claims.run from ops.claims)
