select
    null as column_name,
    granted.privilege_type,
    granted.is_grantable,
    case
        when granted.grantee <> 0 then pg_get_userbyid(granted.grantee)
    end as grantee
from pg_class
cross join aclexplode(pg_class.relacl) as granted
where
    pg_class.oid = cast(%(relation_oid)s as oid)
    and granted.grantee <> pg_class.relowner
union all
select
    pg_attribute.attname as column_name,
    granted.privilege_type,
    granted.is_grantable,
    case
        when granted.grantee <> 0 then pg_get_userbyid(granted.grantee)
    end as grantee
from pg_attribute
cross join aclexplode(pg_attribute.attacl) as granted
where pg_attribute.attrelid = cast(%(relation_oid)s as oid)
