create table staging.door_history (
    pending_id bigint not null,
    load_id bigint not null,
    loaded bigint not null,
    days numeric not null
);
create table staging.door_fields (
    load_id bigint not null,
    field text not null,
    json_type text not null,
    filled bigint not null,
    sampled bigint not null
);
create table staging.door_drift (
    load_id bigint not null,
    new_fields text,
    missing_fields text,
    retyped_fields text,
    restructured_fields text
);
create table staging.door_loads (
    load_id bigint primary key,
    stream_id text not null,
    source text not null,
    received bigint not null,
    loaded bigint not null,
    usable bigint not null,
    staged_difference bigint not null,
    rejected_share numeric,
    reject_reasons text,
    quarantined_share numeric,
    usual_count numeric,
    volume_ratio numeric,
    age_ratio numeric,
    latest_source_at timestamptz,
    hours_ahead numeric,
    new_fields text,
    missing_fields text,
    retyped_fields text,
    restructured_fields text,
    crawl_fault text
)
