-- One row per pending load of a stream: what it is like, beside what its source usually
-- delivers (the newest accepted loads, replays left out).
insert into staging.door_loads
with

pending as (
    select
        *,
        greatest(
            extract(epoch from got_to - got_from) / 86400, 1
        ) as days
    from ops.loads
    where is_current and load_id in ({loads})
),

ranked as (
    select
        loads.load_id,
        loads.source,
        loads.loaded / greatest(
            coalesce(extract(epoch from loads.got_to - loads.got_from) / 86400, 1), 1
        ) as rows_per_day,
        row_number() over (
            partition by loads.source order by loads.load_seq desc
        ) as recency
    from ops.loads
    where
        loads.is_current
        and loads.status = 'accepted'
        and loads.replay_of is null
        and loads.stream_id = %(stream_id)s
        and loads.source in (select source from pending)
),

history as (
    select load_id, source, rows_per_day
    from ranked
    where recency <= %(history)s
),

usual as (
    select
        source,
        percentile_cont(0.5) within group (order by rows_per_day) as rows_per_day
    from history
    group by source
    having count(*) >= %(enough)s
),

staged as (
    select
        load_id,
        count(*) as staged,
        count(reject_reason) as refused
    from staging.{scratch}
    group by load_id
),

reasons as (
    select
        load_id,
        string_agg(
            reject_reason || ' ' || reason_count,
            ', ' order by reason_count desc, reject_reason
        ) as reject_reasons
    from (
        select load_id, reject_reason, count(*) as reason_count
        from staging.{scratch}
        where reject_reason is not null
        group by load_id, reject_reason
    ) as counted
    group by load_id
),

observed as (
    select load_id, max(observed_at) as observed_to
    from raw.{table}
    where load_id in ({loads})
    group by load_id
),

known_sizes as (
    select source, sum(sampled) as sampled
    from (
        select distinct history.source, history.load_id, load_fields.sampled
        from history
        inner join ops.load_fields on history.load_id = load_fields.load_id
    ) as sizes
    group by source
),

known_fields as (
    select
        history.source,
        load_fields.field,
        sum(load_fields.filled) as filled,
        array_agg(distinct load_fields.json_type) as json_types
    from history
    inner join ops.load_fields on history.load_id = load_fields.load_id
    group by history.source, load_fields.field
),

fresh_sizes as (
    select load_id, max(sampled) as sampled
    from staging.door_fields
    where load_id in ({loads})
    group by load_id
),

fresh_fields as (
    select
        load_id,
        field,
        array_agg(distinct json_type) as json_types
    from staging.door_fields
    where load_id in ({loads})
    group by load_id, field
),

compared as (
    select
        pending.load_id,
        known_fields.field,
        fresh_fields.field is null as is_missing,
        fresh_fields.json_types <@ known_fields.json_types as is_same_type,
        (fresh_fields.json_types && array['object', 'array'])
        = (known_fields.json_types && array['object', 'array']) as is_same_structure
    from pending
    inner join known_sizes on pending.source = known_sizes.source
    inner join known_fields on pending.source = known_fields.source
    inner join fresh_sizes on pending.load_id = fresh_sizes.load_id
    left join fresh_fields
        on
            pending.load_id = fresh_fields.load_id
            and known_fields.field = fresh_fields.field
    where
        fresh_fields.field is not null
        or (
            known_fields.filled >= 0.95 * known_sizes.sampled
            and known_sizes.sampled >= %(sample_min)s
            and fresh_sizes.sampled >= %(sample_min)s
            and pending.replay_of is null
        )
),

drift as (
    select
        load_id,
        string_agg(field, ', ' order by field) filter (where is_missing)
            as missing_fields,
        string_agg(field, ', ' order by field) filter (where not is_same_type)
            as retyped_fields,
        string_agg(field, ', ' order by field) filter (where not is_same_structure)
            as restructured_fields
    from compared
    group by load_id
),

newcomers as (
    select
        pending.load_id,
        string_agg(fresh_fields.field, ', ' order by fresh_fields.field) as new_fields
    from pending
    inner join known_sizes on pending.source = known_sizes.source
    inner join fresh_fields on pending.load_id = fresh_fields.load_id
    where
        known_sizes.sampled >= %(sample_min)s
        and not exists (
            select 1 from known_fields
            where
                known_fields.source = pending.source
                and known_fields.field = fresh_fields.field
        )
    group by pending.load_id
),

measured as (
    select
        pending.*,
        coalesce(staged.staged, 0) - pending.loaded as staged_difference,
        staged.refused,
        coalesce(staged.staged - staged.refused, 0) as usable,
        reasons.reject_reasons,
        usual.rows_per_day * coalesce(pending.days, 1) as usual_count,
        coalesce(pending.got_to, observed.observed_to) as latest_source_at,
        observed.observed_to,
        sources.sla_hours,
        newcomers.new_fields,
        drift.missing_fields,
        drift.retyped_fields,
        drift.restructured_fields
    from pending
    left join staged on pending.load_id = staged.load_id
    left join reasons on pending.load_id = reasons.load_id
    left join observed on pending.load_id = observed.load_id
    left join usual on pending.source = usual.source and pending.replay_of is null
    left join ops.sources
        on pending.source = sources.source and pending.stream_id = sources.stream_id
    left join newcomers on pending.load_id = newcomers.load_id
    left join drift on pending.load_id = drift.load_id
)

select
    load_id,
    stream_id,
    source,
    received,
    loaded,
    usable,
    staged_difference,
    round(cast(refused as numeric) / nullif(loaded, 0), 4) as rejected_share,
    reject_reasons,
    round(cast(quarantined as numeric) / nullif(received, 0), 4) as quarantined_share,
    round(cast(usual_count as numeric), 1) as usual_count,
    case
        when usual_count >= %(judged_from)s and (loaded > 0 or got_to is not null)
            then round(loaded / cast(usual_count as numeric), 4)
    end as volume_ratio,
    case
        when replay_of is null
            then round(
                extract(epoch from %(as_of)s - latest_source_at) / 3600
                / nullif(sla_hours, 0),
                2
            )
    end as age_ratio,
    latest_source_at,
    round(extract(epoch from observed_to - %(as_of)s) / 3600, 1) as hours_ahead,
    new_fields,
    missing_fields,
    retyped_fields,
    restructured_fields
from measured
