#!/bin/bash
# Run once, by the postgres image, on an empty volume: the two databases and their
# logins. The rest is made by `seller-intel init`, which needs a login that makes roles.
# Texts are in one order on every machine, whatever its system library.
psql --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --no-psqlrc --quiet <<'SQL'
\getenv warehouse_password SELLER_INTEL_PASSWORD
\getenv airflow_password AIRFLOW_PASSWORD
create role seller_intel login createrole password :'warehouse_password';
create database seller_intel
    owner seller_intel
    template template0 encoding 'UTF8' locale 'C'
    locale_provider builtin builtin_locale 'C.UTF-8';
grant pg_read_all_stats to seller_intel with admin option;
create role airflow login password :'airflow_password';
create database airflow
    owner airflow
    template template0 encoding 'UTF8' locale 'C'
    locale_provider builtin builtin_locale 'C.UTF-8';
revoke connect on database airflow from public;
SQL
