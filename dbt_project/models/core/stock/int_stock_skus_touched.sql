{#- The SKUs whose stock is added up again: those of touched moves, in any version. -#}
{% if flags.FULL_REFRESH and execute -%}
select sku_id
from {{ ref('int_stock_unioned') }}
where 1 = 0
{%- else -%}
select moves.sku_id
from {{ ref('int_stock_unioned') }} as moves
inner join {{ ref('int_stock_touched') }} as touched
    on moves.record_key = touched.record_key
union
{{ touched_in('stock', 'sku_id', 'parent_key') }}
{%- endif %}
