select
    line_no,
    source_ref,
    payload,
    case
        when not pg_input_is_valid(observed_at, 'timestamptz')
            then 'observed_at is not a time: ' || observed_at
        else (
            select message from pg_input_error_info(staged.payload, 'jsonb')
        )
    end as reason
from staged
where
    not pg_input_is_valid(payload, 'jsonb')
    or not pg_input_is_valid(observed_at, 'timestamptz')
order by line_no
