{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={
        'model': 'int_sales_units_rebuilt', 'key': 'sales_unit_id',
        'date': 'event_date', 'from': 'rebuilt_from',
    },
    indexes=[{'columns': ['sales_unit_id', 'event_date', 'event'], 'unique': true}],
) }}

with

episodes as (
    select * from {{ ref('int_counter_episodes') }}
    where event is not null
),

segments as (
    select * from {{ ref('int_counter_segments') }}
),

daily as (
    select
        *,
        first_date as sales_date
    from {{ ref('int_sales_runs') }}
    where is_contradicted
),

rebuilt as (
    select * from {{ ref('int_sales_units_rebuilt') }}
),

broken as (
    select
        episodes.sales_unit_id,
        episodes.closing_date as event_date,
        episodes.platform_id,
        episodes.event,
        episodes.kept_date as date_before,
        segments.level_hi as level_before,
        episodes.units_lo as level_after,
        -- the days since the last reading have no estimate; a glitch costs none
        case
            when episodes.is_kept
                then {{ dbt.datediff(
                    'episodes.kept_date', 'episodes.closing_date', 'day'
                ) }}
            else 0
        end as excluded_days,
        episodes.load_seq,
        episodes.source_ref
    from episodes
    inner join rebuilt on episodes.sales_unit_id = rebuilt.sales_unit_id
    left join segments
        on
            episodes.sales_unit_id = segments.sales_unit_id
            and episodes.kept_date = segments.closing_date
    where episodes.closing_date >= rebuilt.rebuilt_from
),

-- the counters of a lifetime and of a window cannot both be true
contradicted as (
    select
        daily.sales_unit_id,
        daily.sales_date as event_date,
        daily.platform_id,
        'regime_change' as event,
        cast(null as date) as date_before,
        daily.level_lo_before as level_before,
        daily.level_lo as level_after,
        0 as excluded_days,
        cast(null as bigint) as load_seq,
        cast(null as {{ dbt.type_string() }}) as source_ref
    from daily
    inner join rebuilt on daily.sales_unit_id = rebuilt.sales_unit_id
    left join broken
        on
            daily.sales_unit_id = broken.sales_unit_id
            and daily.sales_date = broken.event_date
            and broken.event = 'regime_change'
    where daily.sales_date >= rebuilt.rebuilt_from and broken.event is null
),

events as (
    select * from broken
    union all
    select * from contradicted
)

select
    sales_unit_id,
    event_date,
    event,
    platform_id,
    date_before,
    level_before,
    level_after,
    cast(excluded_days as bigint) as excluded_days,
    load_seq,
    source_ref
from events
