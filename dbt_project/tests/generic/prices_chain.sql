{# Every change begins at the price where the change before it ended, unless a gap is
   said to lie between them. #}
{% test prices_chain(model) %}
with

chained as (
    select
        *,
        lag(price_after) over (
            partition by listing_id, sku_id_or_all order by changed_date
        ) as ended_at
    from {{ model }}
)

select *
from chained
where not is_after_gap and abs(price_before - ended_at) > 0.01
{% endtest %}
