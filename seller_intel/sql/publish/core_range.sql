select
    coalesce(
        (
            select max(builds.to_seq) from ops.builds
            where builds.part = 'core' and builds.status = 'done'
        ),
        0
    ) as from_seq,
    coalesce((select max(loads.load_seq) from ops.loads), 0) as to_seq
