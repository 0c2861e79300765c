grant transformer to owner;
grant connect on database {database} to owner, loader, transformer, reader;
grant create, temporary on database {database} to owner;
grant temporary on database {database} to loader, transformer;
revoke all on schema public from public;
revoke connect on database {database} from public;
alter role reader in database {database} set default_transaction_read_only = on;
alter role reader in database {database}
set default_transaction_isolation = 'read committed';
alter role reader in database {database} set statement_timeout = '60s';
alter role reader in database {database}
set idle_in_transaction_session_timeout = '60s';
alter role reader in database {database} set lock_timeout = '10s';
alter role reader in database {database} set search_path = marts;
