select
    loads.stream_id,
    loads.run,
    file_entry.value as entry
from ops.loads
left join lateral jsonb_array_elements(
    coalesce(loads.manifest -> 'files', '[]'::jsonb)
) as file_entry (value) on true
where
    loads.is_current
    and loads.source = %(source)s
    and loads.stream_id = any(%(stream_ids)s)
    and loads.status <> 'replaced'
