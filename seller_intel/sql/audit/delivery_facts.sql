-- One row per pending load of a stream: what it is like, beside what its source usually
-- delivers.
insert into staging.door_loads
with

pending as (
    select
        *,
        greatest(
            (
                select coalesce(sum(extract(epoch from got_to - got_from)), 0) / 86400
                from ops.load_windows
                where load_windows.load_id = loads.load_id
            ),
            1
        ) as days
    from ops.loads
    where is_current and load_id in ({loads})
),

medians as (
    select
        pending_id,
        cast(
            percentile_cont(0.5) within group (order by loaded) as numeric
        ) as per_load,
        cast(
            percentile_cont(0.5) within group (order by loaded / days) as numeric
        ) as per_day
    from staging.door_history
    group by pending_id
    having count(*) >= %(enough)s
),

-- As a delivery and as a stretch of days: a week at once is a week's worth, and the
-- orders that changed yesterday may have been placed at any time. What is nearer to the
-- usual counts.
expected as (
    select
        pending.load_id,
        case
            when
                greatest(medians.per_load, medians.per_day * pending.days)
                < %(judged_from)s
                then null
            when pending.loaded = 0 then medians.per_load
            when
                abs(ln(pending.loaded / greatest(medians.per_load, 1)))
                <= abs(ln(pending.loaded / greatest(medians.per_day * pending.days, 1)))
                then greatest(medians.per_load, 1)
            else greatest(medians.per_day * pending.days, 1)
        end as usual_count
    from pending
    inner join medians on pending.load_id = medians.pending_id
    where pending.loaded > 0 or pending.got_to is not null
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

measured as (
    select
        pending.load_id,
        pending.stream_id,
        pending.source,
        pending.received,
        pending.loaded,
        pending.quarantined,
        pending.replay_of,
        coalesce(staged.staged, 0) as staged,
        coalesce(staged.refused, 0) as refused,
        reasons.reject_reasons,
        expected.usual_count,
        coalesce(pending.got_to, observed.observed_to) as latest_source_at,
        observed.observed_to,
        sources.sla_hours,
        door_drift.new_fields,
        door_drift.missing_fields,
        door_drift.retyped_fields,
        door_drift.restructured_fields
    from pending
    left join expected on pending.load_id = expected.load_id
    left join staged on pending.load_id = staged.load_id
    left join reasons on pending.load_id = reasons.load_id
    left join observed on pending.load_id = observed.load_id
    left join ops.sources
        on pending.source = sources.source and pending.stream_id = sources.stream_id
    left join staging.door_drift on pending.load_id = door_drift.load_id
)

select
    load_id,
    stream_id,
    source,
    received,
    loaded,
    staged - refused as usable,
    staged - loaded as staged_difference,
    round(cast(refused as numeric) / nullif(loaded, 0), 4) as rejected_share,
    reject_reasons,
    round(cast(quarantined as numeric) / nullif(received, 0), 4) as quarantined_share,
    round(usual_count, 1) as usual_count,
    round(loaded / nullif(usual_count, 0), 4) as volume_ratio,
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
