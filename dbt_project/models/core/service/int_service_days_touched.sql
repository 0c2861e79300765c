{#- The days to judge again: those that changed, and those on which a question was not
    due yet when they were judged last. -#}
{%- set before = standing('agg_service_sla_daily') -%}
select
    shop_id,
    sales_date as sla_date
from {{ ref('int_shop_days_touched') }}
{%- if before %}
union
select
    before.shop_id,
    before.sla_date
from {{ before }} as before
where before.pending > 0
{%- endif %}
