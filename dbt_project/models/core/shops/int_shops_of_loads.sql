{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['source_name', 'run', 'shop_id', 'load_id'],
    touched={
        'model': 'int_loads_decided',
        'columns': ['load_id'],
        'where': 'is_touched',
    },
) }}

{#- Which shops a delivery names in its rows: its windows speak for them. -#}
{%- set streams = ['orders', 'traffic', 'ads', 'service'] %}

with

shops as (
    select * from {{ ref('dim_shops') }}
),

{% for stream in streams -%}
{{ stream }} as (
    select * from {{ ref('int_' ~ stream ~ '_unioned') }}
    {% if only_touched() -%}
    where load_id in ({{ touched_loads(stream) }})
    {%- endif %}
),

{% endfor -%}
named as (
    {% for stream in streams -%}
    select
        load_id,
        source_name,
        run,
        shop_id
    from {{ stream }}
    group by load_id, source_name, run, shop_id
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

known as (
    select
        named.load_id,
        named.source_name,
        named.run,
        coalesce(shops.shop_id, 'unknown') as shop_id
    from named
    left join shops on named.shop_id = shops.shop_id
    group by
        named.load_id,
        named.source_name,
        named.run,
        coalesce(shops.shop_id, 'unknown')
)

select * from known
