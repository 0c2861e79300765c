select
    (select count(*) from good_rows) as fresh,
    (
        select coalesce(sum(loaded), 0)
        from ops.loads
        where stream_id = %(stream_id)s and is_current and status = 'accepted'
    ) as known
