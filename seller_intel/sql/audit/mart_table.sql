create table staging.gate_marts (
    mart_name text primary key,
    row_count bigint not null,
    published_row_count bigint,
    row_count_ratio double precision,
    changed_row_share double precision,
    changed_key_share double precision,
    removed_key_share double precision,
    days_behind integer,
    lowest_sum_ratio double precision,
    highest_sum_ratio double precision,
    taken_back_loads bigint not null
)
