{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='record_key',
    touched={'stream': 'links', 'columns': ['record_key']},
) }}

with

records as (
    select * from {{ ref('int_links_unioned') }}
    {% if only_touched() -%}
    where record_key in ({{ touched_in('links', 'record_key') }})
    {%- endif %}
),

loads as (
    select * from {{ ref('int_loads_decided') }}
),

{{ newest_records('records') }},

days as (
    select
        newest.record_key,
        newest.link_id,
        newest.programme_id,
        newest.stat_date,
        coalesce(newest.shop_id, loads.source_shop_id) as shop_id,
        newest.owner_ref as owner_member_id,
        newest.clicks,
        newest.distinct_clickers,
        newest.load_seq,
        newest.source_ref
    from newest
    inner join loads on newest.load_id = loads.load_id
)

select * from days
