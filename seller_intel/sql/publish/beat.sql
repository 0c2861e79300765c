update ops.builds set heartbeat_at = clock_timestamp()
where
    run = %(run)s
    and part = %(part)s
    and claimed_by = %(claimed_by)s
    and (run, part) in (select claims.run, claims.part from ops.claims)
