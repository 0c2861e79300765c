{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['group_id', 'order_id'],
    touched={'model': 'int_group_buys_touched', 'columns': ['group_id']},
) }}

with

orders as (
    {{ touched_rows(
        'int_orders_resolved', ['group_id'], among='int_group_buys_touched'
    ) }}
),

events as (
    {{ touched_rows(
        'int_group_buys_unioned', ['group_id'], among='int_group_buys_touched'
    ) }}
),

resolved as (
    select * from {{ ref('int_orders_resolved') }}
),

{{ newest_records('events') }},

-- what an order says of its group counts before what an event says of its order
named as (
    select
        group_id,
        order_id
    from orders
    where group_id is not null
    union
    select
        newest.group_id,
        newest.order_id
    from newest
    inner join resolved on newest.order_id = resolved.order_id
    where resolved.group_id is null
)

select * from named
