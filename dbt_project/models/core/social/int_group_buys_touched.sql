{#- What a touched order says of its group, said before, or says in another version. -#}
{%- set before = standing('int_group_orders') %}
{{ touched_charges('group_buys', 'fct_group_buys', key='group_id') }}
{% if not (flags.FULL_REFRESH and execute) -%}
union
select group_id
from {{ ref('int_orders_unioned') }}
where
    group_id is not null
    and order_id in (select order_id from {{ ref('int_orders_touched') }})
{% if before -%}
union
select group_id
from {{ before }}
where order_id in (select order_id from {{ ref('int_orders_touched') }})
{% endif -%}
{% endif -%}
