-- What a pending load is compared with: the newest accepted loads of its source that
-- came by the same contracts, replays left out.
insert into staging.door_history (pending_id, load_id, loaded, days)
with

described as (
    select
        load_id,
        source,
        status,
        load_seq,
        loaded,
        (
            select coalesce(sum(extract(epoch from got_to - got_from)), 0) / 86400
            from ops.load_windows
            where load_windows.load_id = loads.load_id
        ) as days,
        (
            select string_agg(distinct entry ->> 'contract', ', ')
            from
                jsonb_array_elements(
                    case
                        when jsonb_typeof(manifest -> 'files') = 'array'
                            then manifest -> 'files'
                        else '[]'
                    end
                ) as entries (entry)
            where
                entry ->> 'status' = 'landed'
                and (
                    entry -> 'streams' is null
                    or jsonb_exists(
                        entry -> 'streams', split_part(%(stream_id)s, '__', 2)
                    )
                )
        ) as contracts
    from ops.loads
    where
        is_current
        and stream_id = %(stream_id)s
        and replay_of is null
        and (load_id in ({loads}) or status = 'accepted')
        and source in (select source from ops.loads where load_id in ({loads}))
),

ranked as (
    select
        pending.load_id as pending_id,
        described.load_id,
        described.loaded,
        described.days,
        row_number() over (
            partition by pending.load_id order by described.load_seq desc
        ) as recency
    from described as pending
    inner join described
        on
            pending.source = described.source
            and pending.contracts is not distinct from described.contracts
    where pending.status = 'pending' and described.status = 'accepted'
)

select pending_id, load_id, loaded, greatest(days, 1) as days
from ranked
where recency <= %(history)s
