update ops.builds set
    status = %(status)s,
    detail = %(detail)s,
    finished_at = clock_timestamp(),
    built_at = case
        when %(status)s = 'done' then clock_timestamp() else built_at
    end,
    built_before = case
        when %(status)s = 'done' then pg_snapshot_xmax(pg_current_snapshot())
        else built_before
    end
where
    run = %(run)s
    and part = %(part)s
    and claimed_by = coalesce(%(claimed_by)s, claimed_by)
    and (run, part) in (select claims.run, claims.part from ops.claims)
