select
    pg_class.relname as name,
    case pg_class.relkind
        when 'v' then 'view'
        when 'm' then 'materialized view'
        else 'table'
    end as kind,
    pg_get_userbyid(pg_class.relowner) = 'owner' as is_adopted
from pg_class
inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
where
    pg_namespace.nspname = %(schema)s
    and pg_class.relkind in ('r', 'p', 'v', 'm')
order by pg_class.relname collate "C"
