{# A day of stock begins with what the day before ended with. #}
{% test stock_chains(model) %}
with

chained as (
    select
        *,
        lag(closing_units) over (
            partition by holder_id, sku_id order by stock_date
        ) as ended_with
    from {{ model }}
)

select *
from chained
where opening_units <> ended_with
{% endtest %}
