select
    pg_class.relname as mart_name,
    cast(pg_class.oid as bigint) as relation_oid,
    obj_description(pg_class.oid, 'pg_class') as mart_comment,
    pg_attribute.attname as name,
    format_type(pg_attribute.atttypid, pg_attribute.atttypmod) as data_type,
    cast(pg_attribute.atttypid as bigint) as type_oid,
    pg_attribute.atttypmod as modifier,
    quote_ident(collation_schema.nspname)
    || '.' || quote_ident(pg_collation.collname) as collation_name,
    col_description(pg_class.oid, pg_attribute.attnum) as comment
from pg_class
inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
inner join pg_attribute
    on
        pg_class.oid = pg_attribute.attrelid
        and pg_attribute.attnum > 0
        and not pg_attribute.attisdropped
left join pg_collation on pg_attribute.attcollation = pg_collation.oid
left join pg_namespace as collation_schema
    on pg_collation.collnamespace = collation_schema.oid
where
    pg_namespace.nspname = %(schema)s
    and pg_class.relkind in ('r', 'p', 'v', 'm')
order by pg_class.relname collate "C", pg_attribute.attnum
