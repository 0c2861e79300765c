-- What the door remembers of deliveries to compare the next ones with.

create table ops.load_fields (
    load_id bigint not null,
    field text not null,
    json_type text not null,
    filled bigint not null,
    sampled bigint not null,
    primary key (load_id, field, json_type)
);
comment on table ops.load_fields is
'One row per accepted load, top-level payload field and JSON type: in how many of the
records looked at the field had a value of this type. Schema drift is told from it.';

create index rejected_rows_key on ops.rejected_rows (load_id, record_key);
