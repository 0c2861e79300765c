-- The pipeline's own records. Every row says which run it belongs to; the clock is an
-- argument (as_of or the caller's clock), never the database's.

create table ops.meta (
    key text primary key,
    value text not null
);
comment on table ops.meta is
'One row per fact about this warehouse: sandbox mark, key fingerprint, project hash.';

create table ops.shops (
    shop_id text primary key,
    platform_id text not null,
    name text not null,
    owner_id text,
    is_own boolean not null,
    mode text,
    time_zone text not null,
    currency text not null
);
comment on table ops.shops is
'One row per shop of sources.yml, written by init and at the start of each build.';

create table ops.sources (
    source text not null,
    stream_id text not null,
    platform_id text not null,
    shop_id text,
    stream_kind text not null check (stream_kind in ('record', 'observation')),
    sla_hours numeric not null,
    since date,
    primary key (source, stream_id)
);
comment on table ops.sources is
'One row per source and stream of sources.yml: what should be delivered, how fresh.';

create sequence ops.load_seq;
create sequence ops.load_id;

create table ops.loads (
    load_id bigint not null,
    version integer not null,
    is_current boolean not null,
    stream_id text not null,
    source text not null,
    run text not null,
    status text not null check (
        status in ('pending', 'accepted', 'rejected', 'replaced')
    ),
    load_seq bigint unique,
    received bigint not null,
    loaded bigint not null,
    quarantined bigint not null,
    kept bigint,
    rejected bigint,
    repeated bigint,
    sha256 text not null,
    manifest jsonb not null,
    window_from timestamptz,
    window_to timestamptz,
    got_from timestamptz,
    got_to timestamptz,
    replay_of bigint,
    replaces bigint,
    reason text,
    loaded_at timestamptz not null,
    decided_at timestamptz,
    primary key (load_id, version),
    check (received = loaded + quarantined),
    check (kept is null or loaded = kept + rejected + repeated)
);
create unique index loads_current on ops.loads (load_id) where is_current;
create index loads_stream on ops.loads (stream_id, source, run) where is_current;
create index loads_by_seq on ops.loads (load_seq);
create index loads_pending on ops.loads (status) where is_current;
comment on table ops.loads is
'One row per load and version of its verdict. A load is one landing file in raw; each
later verdict (reject, replaced) is a new version. load_seq numbers the verdicts that
core must follow (accepted; rejected or replaced after having been accepted), in commit
order. received = loaded + quarantined; loaded = kept + rejected + repeated.';

create table ops.load_windows (
    load_id bigint not null,
    got_from timestamptz not null,
    got_to timestamptz not null,
    check (got_from < got_to)
);
create index load_windows_load on ops.load_windows (load_id);
comment on table ops.load_windows is
'One row per load and stretch of time, half-open, that the source delivered in full.';

create table ops.quarantine (
    load_id bigint not null,
    line_no bigint not null,
    rule text not null,
    reason text not null,
    position text,
    record text,
    replayed_by bigint,
    primary key (load_id, line_no)
);
comment on table ops.quarantine is
'One row per landed line of which no record could be made: the line, the rule it broke
and why. replayed_by: the load that put the repaired row through.';

create table ops.rejected_rows (
    load_id bigint not null,
    record_key text,
    source_ref text not null,
    reject_reason text not null,
    replayed_by bigint
);
create index rejected_rows_load on ops.rejected_rows (load_id);
comment on table ops.rejected_rows is
'One row per loaded record that a staging rule refused, with its reason; the payload
stays in raw.';

create table ops.touched_keys (
    stream text not null,
    load_id bigint not null,
    record_key text,
    entity_key text,
    parent_key text,
    touched_seq bigint not null
);
create index touched_keys_seq on ops.touched_keys (stream, touched_seq);
comment on table ops.touched_keys is
'One row per key whose records left core because their load was rejected or replaced:
the build whose range holds touched_seq rebuilds it.';

create table ops.steps (
    step_id bigint generated always as identity primary key,
    run text not null,
    step text not null,
    stream_id text,
    source text,
    started_at timestamptz not null,
    finished_at timestamptz,
    seconds numeric,
    outcome text not null check (outcome in ('running', 'done', 'failed', 'skipped')),
    row_count bigint,
    detail text
);
create index steps_run on ops.steps (run);
comment on table ops.steps is 'One row per verb called: what it did, how long it took.';

create table ops.checks (
    check_id bigint generated always as identity primary key,
    run text not null,
    stage text not null check (stage in ('door', 'gate')),
    table_name text not null,
    load_id bigint,
    expectation text not null,
    column_name text,
    severity text not null check (severity in ('critical', 'warning')),
    is_passed boolean not null,
    observed_value text,
    sample_keys jsonb,
    arguments jsonb,
    notes text,
    checked_at timestamptz not null
);
create index checks_run on ops.checks (run, stage);
create index checks_load on ops.checks (load_id);
comment on table ops.checks is
'One row per expectation evaluated by the door (on a load) or the gate (on a mart).';

create table ops.builds (
    run text not null,
    part text not null check (part in ('core', 'marts')),
    status text not null check (
        status in ('claimed', 'running', 'done', 'failed', 'refused', 'published')
    ),
    from_seq bigint,
    to_seq bigint,
    is_full_refresh boolean not null default false,
    claimed_by text,
    heartbeat_at timestamptz,
    started_at timestamptz not null,
    finished_at timestamptz,
    detail text,
    primary key (run, part)
);
comment on table ops.builds is
'One row per run and part built. The claim of a run is its row with status claimed or
running; the high-water mark of core is the greatest to_seq of a done core build.';

create table ops.publications (
    publication_id bigint generated always as identity primary key,
    run text not null,
    action text not null check (
        action in ('published', 'rolled_back', 'refused', 'failed')
    ),
    schema_name text,
    previous_run text,
    is_current boolean not null default false,
    is_kept boolean not null default false,
    started_at timestamptz,
    finished_at timestamptz,
    published_at timestamptz,
    passport jsonb not null
);
create unique index publications_current
on ops.publications (is_current) where is_current;
comment on table ops.publications is
'One row per publish, rollback or refusal, with its run passport.';

create table ops.mart_stats (
    run text not null,
    mart_name text not null,
    row_count bigint not null,
    latest_business_date date,
    coverage_share numeric,
    changed_row_share numeric,
    digest text,
    primary key (run, mart_name)
);
comment on table ops.mart_stats is
'One row per run and mart: size, latest business date and share of rows changed against
the version published before.';
