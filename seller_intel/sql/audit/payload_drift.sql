-- How the payload fields of pending loads differ from those of the loads before them.
insert into staging.door_drift
with

history as (
    select pending_id, load_id
    from staging.door_history
    where pending_id in ({loads})
),

known_sizes as (
    select pending_id, sum(sampled) as sampled
    from (
        select distinct history.pending_id, history.load_id, load_fields.sampled
        from history
        inner join ops.load_fields on history.load_id = load_fields.load_id
    ) as sizes
    group by pending_id
    having sum(sampled) >= %(sample_min)s
),

known_fields as (
    select
        known_sizes.pending_id,
        load_fields.field,
        sum(load_fields.filled) >= 0.95 * max(known_sizes.sampled) as is_always_there,
        array_agg(distinct load_fields.json_type) as json_types
    from known_sizes
    inner join history on known_sizes.pending_id = history.pending_id
    inner join ops.load_fields on history.load_id = load_fields.load_id
    group by known_sizes.pending_id, load_fields.field
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

known as (
    select
        known_fields.pending_id as load_id,
        known_fields.field,
        false as is_new,
        fresh_fields.field is null
        and known_fields.is_always_there
        and fresh_sizes.sampled >= %(sample_min)s as is_missing,
        not fresh_fields.json_types <@ known_fields.json_types as is_retyped,
        (fresh_fields.json_types && array['object', 'array'])
        <> (known_fields.json_types && array['object', 'array']) as is_restructured
    from known_fields
    inner join fresh_sizes on known_fields.pending_id = fresh_sizes.load_id
    left join fresh_fields
        on
            known_fields.pending_id = fresh_fields.load_id
            and known_fields.field = fresh_fields.field
),

unknown as (
    select
        fresh_fields.load_id,
        fresh_fields.field,
        true as is_new,
        false as is_missing,
        false as is_retyped,
        false as is_restructured
    from fresh_fields
    inner join known_sizes on fresh_fields.load_id = known_sizes.pending_id
    where
        not exists (
            select 1 from known_fields
            where
                known_fields.pending_id = fresh_fields.load_id
                and known_fields.field = fresh_fields.field
        )
),

compared as (
    select * from known
    union all
    select * from unknown
)

select
    load_id,
    string_agg(field, ', ' order by field) filter (where is_new) as new_fields,
    string_agg(field, ', ' order by field) filter (where is_missing)
        as missing_fields,
    string_agg(field, ', ' order by field) filter (where is_retyped)
        as retyped_fields,
    string_agg(field, ', ' order by field) filter (where is_restructured)
        as restructured_fields
from compared
group by load_id
