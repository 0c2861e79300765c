select record_key, observed_at, source_ref, payload
from raw.{table}
where load_id = %(load_id)s
