{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ clear_log() }}",
) }}

{%- set before = standing('dim_shops') %}

with

registry as (
    select * from {{ ref('stg_ops__shops') }}
),

before as (
    {% if before -%}
    select * from {{ before }}
    {%- else -%}
    select
        shop_id,
        time_zone
    from registry
    where 1 = 0
    {%- endif %}
),

delivered as (
    {{ touched_in('shops', 'shop_id') }}
),

compared as (
    select registry.shop_id
    from registry
    left join before on registry.shop_id = before.shop_id
    where before.shop_id is null or before.time_zone <> registry.time_zone
    union
    select before.shop_id
    from before
    left join registry on before.shop_id = registry.shop_id
    where registry.shop_id is null and before.shop_id <> 'unknown'
    union
    select delivered.shop_id
    from delivered
    left join registry on delivered.shop_id = registry.shop_id
    where registry.shop_id is null
),

touched as (
    select
        shop_id,
        cast({{ var('from_seq') }} as bigint) as from_seq
    from compared
)

select * from touched
