insert into staging.door_fields (load_id, field, json_type, filled, sampled)
with

sampled as (
    select raw_rows.load_id, raw_rows.payload
    from raw.{table} as raw_rows
    inner join ops.loads on raw_rows.load_id = loads.load_id and loads.is_current
    where
        raw_rows.load_id in ({loads})
        and jsonb_typeof(raw_rows.payload) = 'object'
        and mod(
            hashtextextended(raw_rows.record_key, 0),
            greatest(loads.loaded / %(sample)s, 1)
        ) = 0
),

sizes as (
    select load_id, count(*) as sampled
    from sampled
    group by load_id
),

filled as (
    select
        sampled.load_id,
        entry.key as field,
        jsonb_typeof(entry.value) as json_type,
        count(*) as filled
    from sampled
    cross join lateral jsonb_each(sampled.payload) as entry
    where jsonb_typeof(entry.value) <> 'null'
    group by sampled.load_id, entry.key, jsonb_typeof(entry.value)
)

select filled.load_id, filled.field, filled.json_type, filled.filled, sizes.sampled
from filled
inner join sizes on filled.load_id = sizes.load_id
