create temporary table staged (
    line_no bigint not null,
    record_key text not null,
    observed_at text not null,
    source_ref text not null,
    payload text not null
) on commit drop
