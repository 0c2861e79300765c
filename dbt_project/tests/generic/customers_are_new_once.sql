{# All months and channels of an owner have no more new customers than it has. #}
{% test customers_are_new_once(model) %}
with

customers as (
    select
        owner_id,
        count(*) as customer_count
    from {{ ref('int_owner_customers') }}
    group by owner_id
),

mix as (
    select
        owner_id,
        sum(new_customers) as new_customers
    from {{ model }}
    group by owner_id
)

select mix.owner_id
from mix
inner join customers on mix.owner_id = customers.owner_id
where mix.new_customers > customers.customer_count
{% endtest %}
