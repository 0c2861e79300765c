-- How many loads left core since the published version was built: what may explain that
-- a mart shrinks.
select count(*) as taken_back_loads
from ops.loads
where
    status in ('rejected', 'replaced')
    and load_seq > (
        select max(builds.to_seq)
        from ops.publications
        inner join ops.builds
            on publications.run = builds.run and builds.part = 'core'
        where publications.is_current
    )
