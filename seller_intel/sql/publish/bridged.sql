select
    views.relname as name,
    (
        select array_agg(distinct table_schemas.nspname)
        from pg_depend as links
        inner join pg_class as tables on links.refobjid = tables.oid
        inner join pg_namespace as table_schemas
            on tables.relnamespace = table_schemas.oid
        where
            links.classid = cast('pg_rewrite' as regclass)
            and links.objid = pg_rewrite.oid
            and links.refclassid = cast('pg_class' as regclass)
    ) as schemas
from pg_class as views
inner join pg_namespace on views.relnamespace = pg_namespace.oid
inner join pg_rewrite on views.oid = pg_rewrite.ev_class
where
    pg_namespace.nspname = 'marts'
    and views.relname <> all(%(status_views)s)
    and exists (
        select 1 from pg_depend
        where
            pg_depend.classid = cast('pg_rewrite' as regclass)
            and pg_depend.objid = pg_rewrite.oid
            and pg_depend.refclassid = cast('pg_class' as regclass)
            and pg_depend.refobjid = cast('ops.publications' as regclass)
    )
order by views.relname collate "C"
