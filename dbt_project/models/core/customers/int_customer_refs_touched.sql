{#- The customers, as their platforms name them, whose cluster or history may be another
    now: those of touched orders, identities and memberships, and all that hang together
    with them. A build that makes everything whole needs no list. -#}

with recursive

-- three times, so that each is read through its index
claims as (
    select * from {{ ref('int_customer_claims') }}
),

neighbours as (
    select * from {{ ref('int_customer_claims') }}
),

{% if flags.FULL_REFRESH and execute -%}
seeds as (
    select customer_ref
    from {{ ref('int_customer_claims') }}
    where 1 = 0
),
{%- else -%}
claims_of_identities as (
    select * from {{ ref('int_customer_claims') }}
),

orders as (
    select * from {{ ref('int_orders_unioned') }}
),

orders_touched as (
    select * from {{ ref('int_orders_touched') }}
),

identities_touched as (
    {{ touched_in('identities', 'id_hash') }}
),

seeds as (
    select orders.buyer_ref as customer_ref
    from orders
    inner join orders_touched on orders.order_id = orders_touched.order_id
    where orders.buyer_ref is not null
    union
    {{ touched_in('orders', 'buyer_ref', 'parent_key') }}
    union
    {{ touched_in('identities', 'customer_ref', 'parent_key') }}
    union
    select claims_of_identities.customer_ref
    from claims_of_identities
    inner join identities_touched
        on claims_of_identities.id_hash = identities_touched.id_hash
    union
    {{ touched_in('members', 'member_ref') }}
    union
    {{ touched_in('members', 'parent_ref', 'parent_key') }}
),
{%- endif %}

reached as (
    select customer_ref
    from seeds
    union
    select neighbours.customer_ref
    from reached
    inner join claims
        on reached.customer_ref = claims.customer_ref and not claims.is_too_common
    inner join neighbours
        on
            claims.id_kind = neighbours.id_kind
            and claims.id_hash = neighbours.id_hash
)

select * from reached
