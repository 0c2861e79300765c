select
    loads.stream_id,
    loads.run,
    file_entry.value ->> 'content' as content
from ops.loads
cross join lateral jsonb_array_elements(
    coalesce(loads.manifest -> 'files', '[]'::jsonb)
) as file_entry (value)
where loads.is_current and loads.source = %(source)s and loads.status <> 'replaced'
