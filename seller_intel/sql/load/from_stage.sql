insert into raw.{table} (load_id, record_key, observed_at, source_ref, payload)
select
    %(load_id)s,
    record_key,
    cast(observed_at as timestamptz),
    source_ref,
    cast(payload as jsonb)
from staged
where
    pg_input_is_valid(payload, 'jsonb')
    and pg_input_is_valid(observed_at, 'timestamptz')
order by line_no
