{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='customer_id',
    touched={
        'model': 'int_customer_refs_touched',
        'columns': ['customer_id'],
        'listed_as': ['customer_ref'],
    },
) }}

with

touched as (
    select * from {{ ref('int_customer_refs_touched') }}
),

refs as (
    {{ touched_rows('int_customer_refs', ['customer_ref'], within='touched') }}
),

orders as (
    select * from {{ ref('int_orders_resolved') }}
),

claims as (
    select * from {{ ref('int_customer_claims') }}
),

members as (
    select * from {{ ref('int_members_unioned') }}
),

sightings as (
    select
        refs.customer_id,
        orders.created_at as seen_at
    from refs
    inner join orders on refs.customer_ref = orders.buyer_ref
    union all
    select
        refs.customer_id,
        claims.valid_from as seen_at
    from refs
    inner join claims on refs.customer_ref = claims.customer_ref
    union all
    select
        refs.customer_id,
        members.occurred_at as seen_at
    from refs
    inner join members on refs.customer_ref = members.member_ref
),

first_sightings as (
    select
        customer_id,
        min(seen_at) as first_seen_at
    from sightings
    group by customer_id
),

customers as (
    select
        customer_id,
        max(cluster_size) as cluster_size
    from refs
    group by customer_id
),

described as (
    select
        customers.customer_id,
        first_sightings.first_seen_at,
        customers.cluster_size
    from customers
    left join first_sightings
        on customers.customer_id = first_sightings.customer_id
)

select * from described
