{#- The conversations to read again: those of the build's messages, of customers and
    shops that changed, and all where a rule changed. -#}
{%- set before = standing('fct_service_conversations') -%}
{%- set shops = ref('int_shops_touched') -%}
{%- set refs = ref('int_customer_refs_touched') -%}
{%- set rules_changed = touched_in('platform_rules', 'record_key') -%}
{%- if flags.FULL_REFRESH and execute -%}
select conversation_id
from {{ ref('int_service_unioned') }}
where 1 = 0
{%- else -%}
{{ touched_in('service', 'conversation_id') }}
{%- if before %}
union
select before.conversation_id
from {{ before }} as before
inner join {{ shops }} as shops on before.stated_shop_id = shops.shop_id
union
select before.conversation_id
from {{ before }} as before
inner join {{ refs }} as refs on before.buyer_ref = refs.customer_ref
union
select before.conversation_id
from {{ before }} as before
where exists ({{ rules_changed }})
{%- endif %}
{%- endif %}
