with

windows as (
    select load_windows.got_from, load_windows.got_to
    from ops.load_windows
    inner join ops.loads
        on load_windows.load_id = loads.load_id and loads.is_current
    where
        loads.stream_id = %(stream_id)s
        and loads.source = %(source)s
        and loads.status in ('accepted', 'pending')
),

reached as (
    select
        got_from,
        got_to,
        max(got_to) over (
            order by got_from, got_to rows between unbounded preceding and 1 preceding
        ) as reached_before
    from windows
),

gaps as (
    select min(coalesce(reached_before, %(since)s, got_from)) as first_gap
    from reached
    where got_from > coalesce(reached_before, %(since)s, got_from)
)

select coalesce(
    (select first_gap from gaps), (select max(got_to) from windows)
) as covered_until
