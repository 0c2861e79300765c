update ops.builds set
    status = 'failed',
    finished_at = clock_timestamp(),
    detail = 'taken over by run ' || %(run)s || ': no heartbeat for ten minutes'
where
    run <> %(run)s
    and (run, part) in (select claims.run, claims.part from ops.claims)
