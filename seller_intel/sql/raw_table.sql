create table if not exists raw.{table} (
    load_id bigint not null,
    record_key text not null,
    observed_at timestamptz not null,
    source_ref text not null,
    payload jsonb not null
);
create index if not exists {load_index} on raw.{table} (load_id);
create index if not exists {key_index} on raw.{table} (record_key);
