with

decided as (
    select
        load_id,
        stream_id,
        source,
        run,
        status,
        received,
        loaded,
        quarantined,
        kept,
        rejected,
        repeated,
        got_to,
        row_number() over (partition by load_id order by version desc) as recency
    from ops.loads
    where
        load_seq <= %(to_seq)s
        or (load_seq is null and status in ('rejected', 'replaced'))
),

counted as (
    select
        *,
        to_timestamp(run || '+00', 'YYYYMMDD"T"HH24MISSTZH') as landed_at
    from decided
    where recency = 1 and status in ('accepted', 'rejected')
)

select
    stream_id,
    source,
    max(least(got_to, landed_at)) filter (
        where status = 'accepted' and got_to is not null
    ) as latest_source_at,
    cast(sum(received) as bigint) as received,
    cast(sum(loaded) as bigint) as loaded,
    cast(sum(quarantined) as bigint) as quarantined,
    cast(sum(coalesce(kept, 0)) as bigint) as kept,
    cast(
        sum(coalesce(rejected, case when status = 'rejected' then loaded else 0 end))
        as bigint
    ) as rejected,
    cast(sum(coalesce(repeated, 0)) as bigint) as repeated
from counted
group by stream_id, source
order by stream_id, source
