{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='customer_ref',
    touched={'model': 'int_customer_refs_touched', 'columns': ['customer_ref']},
) }}

with recursive

touched as (
    select * from {{ ref('int_customer_refs_touched') }}
),

orders as (
    select * from {{ ref('int_orders_resolved') }}
),

claims as (
    {{ touched_rows('int_customer_claims', ['customer_ref'], within='touched') }}
),

members as (
    select * from {{ ref('int_members_unioned') }}
),

parents as (
    select * from {{ ref('int_members_unioned') }}
    where parent_ref is not null
),

named as (
    select buyer_ref as customer_ref
    from orders
    where
        buyer_ref is not null
        {% if only_touched() -%}
        and buyer_ref in (select customer_ref from touched)
        {%- endif %}
    union
    select customer_ref
    from claims
    union
    select member_ref as customer_ref
    from members
    {% if only_touched() -%}
    where member_ref in (select customer_ref from touched)
    {%- endif %}
    union
    select parent_ref as customer_ref
    from parents
    {% if only_touched() -%}
    where parent_ref in (select customer_ref from touched)
    {%- endif %}
),

-- two customers that share an identity, where it is not shared by too many
linked as (
    select
        claims.customer_ref,
        neighbours.customer_ref as neighbour_ref
    from named
    inner join claims
        on
            named.customer_ref = claims.customer_ref
            and not claims.is_too_common
            and claims.sharing_customers > 1
    inner join claims as neighbours
        on
            claims.id_kind = neighbours.id_kind
            and claims.id_hash = neighbours.id_hash
            and claims.customer_ref <> neighbours.customer_ref
    group by claims.customer_ref, neighbours.customer_ref
),

-- every member of a cluster is reached by the smallest of them
labelled as (
    select
        customer_ref,
        customer_ref as label
    from linked
    union
    select
        linked.neighbour_ref as customer_ref,
        labelled.label
    from labelled
    inner join linked on labelled.customer_ref = linked.customer_ref
    where labelled.label < linked.neighbour_ref
),

smallest as (
    select
        customer_ref,
        min(label) as customer_id
    from labelled
    group by customer_ref
),

clustered as (
    select
        named.customer_ref,
        coalesce(smallest.customer_id, named.customer_ref) as customer_id
    from named
    left join smallest on named.customer_ref = smallest.customer_ref
),

sized as (
    select
        customer_ref,
        customer_id,
        count(*) over (partition by customer_id) as cluster_size
    from clustered
)

select * from sized
