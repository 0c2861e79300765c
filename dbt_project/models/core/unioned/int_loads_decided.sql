{{ config(materialized='table') }}

with

loads as (
    select * from {{ ref('stg_ops__loads') }}
),

sources as (
    select * from {{ ref('stg_ops__sources') }}
),

numbered as (
    select
        *,
        row_number() over (partition by load_id order by load_seq desc) as verdict_no
    from loads
    where load_seq <= {{ var('to_seq') }}
),

parts as (
    select
        numbered.load_id,
        numbered.stream_id,
        numbered.source_name,
        numbered.run,
        numbered.load_seq,
        numbered.status = 'accepted' as is_accepted,
        sources.shop_id as source_shop_id,
        {{ dbt.split_part('numbered.stream_id', "'__'", 1) }} as platform_id,
        {{ dbt.split_part('numbered.stream_id', "'__'", 2) }} as stream
    from numbered
    left join sources
        on
            numbered.source_name = sources.source_name
            and numbered.stream_id = sources.stream_id
    where numbered.verdict_no = 1
),

touched as (
    select
        *,
        load_seq > {{ var('from_seq') }}
        {%- for stream in var('reread_streams') %}
        or stream = '{{ stream }}'
        {%- endfor %} as is_touched
    from parts
)

select * from touched
