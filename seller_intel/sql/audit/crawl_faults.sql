-- Why the pending loads of crawls may not be trusted, in words; nothing for the others.
update staging.door_loads
set crawl_fault = found.fault
from (
    with

    pending as (
        select
            load_id,
            run,
            source,
            stream_id,
            manifest -> 'crawl' as told,
            split_part(stream_id, '__', 2) as stream
        from ops.loads
        where
            is_current
            and load_id in ({loads})
            and manifest ? 'crawl'
            and replay_of is null
    ),

    earlier as (
        select
            pending.load_id as pending_id,
            loads.run,
            loads.manifest -> 'crawl' as told,
            row_number() over (
                partition by pending.load_id order by loads.run desc
            ) as age
        from pending
        inner join ops.loads
            on
                pending.source = loads.source
                and pending.stream_id = loads.stream_id
                and pending.run > loads.run
        where
            loads.is_current
            and loads.status = 'accepted'
            and loads.manifest ? 'crawl'
    ),

    known as (
        select
            pending_id,
            run,
            told
        from earlier
        where age <= %(history)s
    ),

    known_enough as (
        select pending_id
        from known
        group by pending_id
        having count(*) >= %(enough)s
    ),

    hindered as (
        select
            pending.load_id,
            10 as place,
            'hindered on '
            || round(100 * cast(pending.told ->> 'hindered_share' as numeric))
            || ' %% of the pages: '
            || string_agg(
                replace(each.key, '_', ' ') || ' ' || each.value,
                ', ' order by cast(each.value as bigint) desc, each.key
            ) as fault
        from pending
        cross join jsonb_each_text(pending.told -> 'hindered') as each
        where cast(pending.told ->> 'is_partial' as boolean)
        group by pending.load_id, pending.told
    ),

    stopped as (
        select
            pending.load_id,
            20 as place,
            'gave up on ' || string_agg(
                each.key || ' (' || each.value || ')', ', ' order by each.key
            ) as fault
        from pending
        cross join jsonb_each_text(pending.told -> 'stopped') as each
        group by pending.load_id
    ),

    fill as (
        select
            known.pending_id,
            known.run,
            fields.field,
            cast(fields.filled as double precision) / nullif(fields.items, 0) as share
        from known
        inner join pending on known.pending_id = pending.load_id
        inner join ops.crawl_fields as fields
            on
                known.run = fields.run
                and pending.source = fields.source
                and pending.stream_id = fields.stream_id
    ),

    usual_fill as (
        select
            fill.pending_id,
            fill.field,
            percentile_cont(0.5) within group (order by fill.share) as share
        from fill
        inner join known_enough on fill.pending_id = known_enough.pending_id
        group by fill.pending_id, fill.field
        having
            count(*) >= %(enough)s
            and percentile_cont(0.5) within group (order by fill.share) >= 0.2
    ),

    filled_now as (
        select
            usual_fill.pending_id,
            usual_fill.field,
            usual_fill.share as usual,
            coalesce(
                cast(
                    pending.told #>> array[
                        'streams', pending.stream, 'fields', usual_fill.field
                    ] as double precision
                ) / nullif(
                    cast(
                        pending.told #>> array['streams', pending.stream, 'items']
                        as double precision
                    ),
                    0
                ),
                0
            ) as share
        from usual_fill
        inner join pending on usual_fill.pending_id = pending.load_id
        where pending.told #> array['streams', pending.stream] is not null
    ),

    lost_fields as (
        select
            pending_id as load_id,
            30 as place,
            'layout change: ' || string_agg(
                field || ' in ' || round(100 * cast(share as numeric))
                || ' %%, usually ' || round(100 * cast(usual as numeric)) || ' %%',
                ', ' order by field
            ) as fault
        from filled_now
        where share < 0.5 * usual
        group by pending_id
    ),

    usual_items as (
        select
            known.pending_id,
            percentile_cont(0.5) within group (
                order by coalesce(
                    cast(
                        known.told #>> array['streams', pending.stream, 'items']
                        as double precision
                    ),
                    0
                )
            ) as items
        from known
        inner join known_enough on known.pending_id = known_enough.pending_id
        inner join pending on known.pending_id = pending.load_id
        group by known.pending_id
    ),

    lost_items as (
        select
            pending.load_id,
            40 as place,
            'items collapsed: ' || coalesce(
                pending.told #>> array['streams', pending.stream, 'items'], '0'
            ) || ', usually ' || round(cast(usual_items.items as numeric)) as fault
        from pending
        inner join usual_items on pending.load_id = usual_items.pending_id
        where
            usual_items.items >= 10
            and coalesce(
                cast(
                    pending.told #>> array['streams', pending.stream, 'items']
                    as double precision
                ),
                0
            ) < 0.5 * usual_items.items
    ),

    -- which currency, and which script of titles, most items are in
    mostly as (
        select
            pending.load_id,
            pending.load_id as pending_id,
            facts.fact,
            (
                select each.key
                from jsonb_each_text(pending.told -> facts.fact) as each
                order by cast(each.value as bigint) desc, each.key
                limit 1
            ) as value
        from pending
        cross join (values ('currencies'), ('scripts')) as facts (fact)
    ),

    usually as (
        select
            known.pending_id,
            facts.fact,
            mode() within group (
                order by (
                    select each.key
                    from jsonb_each_text(known.told -> facts.fact) as each
                    order by cast(each.value as bigint) desc, each.key
                    limit 1
                )
            ) as value
        from known
        inner join known_enough on known.pending_id = known_enough.pending_id
        cross join (values ('currencies'), ('scripts')) as facts (fact)
        group by known.pending_id, facts.fact
    ),

    changed as (
        select
            mostly.load_id,
            50 as place,
            case mostly.fact
                when 'currencies' then 'wrong currency: '
                else 'wrong language: titles in '
            end || mostly.value || ', usually ' || usually.value as fault
        from mostly
        inner join usually
            on mostly.pending_id = usually.pending_id and mostly.fact = usually.fact
        where mostly.value <> usually.value
    ),

    faults as (
        select * from hindered
        union all
        select * from stopped
        union all
        select * from lost_fields
        union all
        select * from lost_items
        union all
        select * from changed
    )

    select
        load_id,
        string_agg(fault, '; ' order by place, fault) as fault
    from faults
    group by load_id
) as found
where door_loads.load_id = found.load_id
