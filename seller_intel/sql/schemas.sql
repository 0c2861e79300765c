create schema if not exists raw authorization owner;
create schema if not exists ops authorization owner;
create schema if not exists staging authorization owner;
create schema if not exists core authorization owner;
create schema if not exists marts authorization owner;
grant usage on schema raw, ops to loader, transformer;
grant usage, create on schema staging, core to transformer;
grant usage on schema marts to reader, transformer;
alter default privileges for role owner in schema raw
grant select, insert, delete on tables to loader;
alter default privileges for role owner in schema raw
grant select, maintain on tables to transformer;
grant maintain on all tables in schema raw to transformer;
alter default privileges for role owner in schema ops
grant select, insert, update, delete on tables to loader, transformer;
alter default privileges for role owner in schema ops
grant usage, select on sequences to loader, transformer;
alter default privileges for role owner in schema marts
grant select on tables to reader, transformer;
