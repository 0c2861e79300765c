-- What claims, publications and the status marts keep or read besides 0001.

alter table ops.builds add column asked_run text;
alter table ops.builds add column built_at timestamptz;
alter table ops.builds add column built_before xid8;
comment on column ops.builds.asked_run is
'The run its caller named; differs from run where the clock went backwards.';
comment on column ops.builds.built_at is
'When the marts of this run were complete, by the database''s clock.';
comment on column ops.builds.built_before is
'The first transaction that began after the marts were complete: a snapshot from before
it may see them empty.';

create table ops.mart_streams (
    run text not null,
    mart_name text not null,
    column_group text not null,
    stream text not null,
    primary key (run, mart_name, column_group, stream)
);
comment on table ops.mart_streams is
'One row per run, mart, column group and canonical stream its figures rest on; column
group all is the mart as a whole, any other a column with streams of its own.';

create view ops.claims as
select
    run,
    part,
    status,
    asked_run,
    claimed_by,
    heartbeat_at,
    started_at,
    from_seq,
    to_seq,
    built_at,
    built_before,
    coalesce(
        heartbeat_at > clock_timestamp() - interval '10 minutes', false
    ) as is_alive
from ops.builds
where
    (part = 'core' and status in ('claimed', 'running'))
    or (part = 'marts' and status in ('claimed', 'running', 'done'));
comment on view ops.claims is
'One row per build that is not over: core until it is done, marts until they are
published, refused or failed. Not alive: silent for ten minutes, or let go.';

create view ops.reader_clock as
select
    case
        when
            exists (
                select 1 from ops.meta
                where meta.key = 'is_sandbox' and meta.value = 'true'
            )
            then coalesce(
                (
                    select
                        max(
                            to_timestamp(
                                builds.run || '+00', 'YYYYMMDD"T"HH24MISSTZH'
                            )
                        )
                    from ops.builds
                ),
                clock_timestamp()
            )
        else clock_timestamp()
    end as instant;
comment on view ops.reader_clock is
'The instant against which data is old: now, or in the sandbox, whose calendar is
simulated, the latest run.';

create view ops.attempts as
with

ranked as (
    select
        *,
        row_number() over (partition by run order by publication_id desc) as recency
    from ops.publications
    where action <> 'rolled_back'
),

told as (
    select run, action as status, started_at, finished_at, published_at, passport
    from ranked
    where recency = 1
),

untold as (
    select
        builds.run,
        'failed' as status,
        min(builds.started_at) as started_at,
        max(builds.finished_at) as finished_at,
        cast(null as timestamptz) as published_at,
        jsonb_build_object('reason', max(builds.detail)) as passport
    from ops.builds
    where
        builds.run not in (select told.run from told)
        and builds.run not in (select claims.run from ops.claims)
    group by builds.run
    having bool_or(builds.status = 'failed')
)

select run, status, started_at, finished_at, published_at, passport from told
union all
select run, status, started_at, finished_at, published_at, passport from untold;
comment on view ops.attempts is
'One row per run that ended: published, refused or failed, with its passport.';
