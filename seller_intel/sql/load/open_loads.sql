select
    load_id,
    stream_id,
    source,
    run,
    status,
    manifest
from ops.loads
where
    is_current
    and status in ('accepted', 'rejected')
    and (load_id = %(load_id)s or cast(%(load_id)s as bigint) is null)
    and (
        exists (
            select 1 from ops.quarantine
            where
                quarantine.load_id = loads.load_id
                and quarantine.replayed_by is null
        )
        or exists (
            select 1 from ops.rejected_rows
            where
                rejected_rows.load_id = loads.load_id
                and rejected_rows.replayed_by is null
        )
        or (
            status = 'rejected'
            and not exists (
                select 1 from ops.loads as later
                where later.replay_of = loads.load_id
            )
        )
    )
order by load_id
