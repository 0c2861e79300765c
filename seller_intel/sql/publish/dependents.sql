with recursive

links as (
    select
        pg_depend.refobjid as relation_oid,
        pg_rewrite.ev_class as dependent_oid
    from pg_depend
    inner join pg_rewrite
        on
            pg_depend.objid = pg_rewrite.oid
            and pg_depend.refobjid <> pg_rewrite.ev_class
    where
        pg_depend.refclassid = cast('pg_class' as regclass)
        and pg_depend.classid = cast('pg_rewrite' as regclass)
),

dependents as (
    select
        cast(%(relation_oid)s as oid) as relation_oid,
        0 as depth
    union
    select
        links.dependent_oid as relation_oid,
        dependents.depth + 1 as depth
    from dependents
    inner join links on dependents.relation_oid = links.relation_oid
),

deepest as (
    select
        relation_oid,
        max(depth) as depth
    from dependents
    group by relation_oid
),

views as (
    select
        cast(pg_class.oid as bigint) as relation_oid,
        deepest.depth,
        pg_namespace.nspname as schema_name,
        pg_class.relname as name,
        pg_namespace.nspname || '.' || pg_class.relname as full_name,
        pg_class.relkind = 'v' as is_plain_view,
        cast(pg_get_userbyid(pg_class.relowner) as text) as owner,
        pg_get_viewdef(pg_class.oid) as definition,
        array_to_string(pg_class.reloptions, ', ') as options,
        obj_description(pg_class.oid, 'pg_class') as comment
    from deepest
    inner join pg_class on deepest.relation_oid = pg_class.oid
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    where deepest.depth > 0
),

others as (
    select
        cast(null as bigint) as relation_oid,
        0 as depth,
        null as schema_name,
        null as name,
        pg_describe_object(
            pg_depend.classid, pg_depend.objid, pg_depend.objsubid
        ) as full_name,
        false as is_plain_view,
        null as owner,
        null as definition,
        null as options,
        null as comment
    from deepest
    inner join pg_class on deepest.relation_oid = pg_class.oid
    inner join pg_depend
        on
            pg_depend.deptype = 'n'
            and pg_depend.classid <> cast('pg_rewrite' as regclass)
            and (
                (
                    pg_depend.refclassid = cast('pg_class' as regclass)
                    and pg_depend.refobjid = pg_class.oid
                )
                or (
                    pg_depend.refclassid = cast('pg_type' as regclass)
                    and pg_depend.refobjid = pg_class.reltype
                )
            )
)

select * from views
union all
select * from others
order by depth, full_name
