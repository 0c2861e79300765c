{# Stock begins with what the period before ended with. #}
{% test stock_chains(model, keys, period) %}
with

chained as (
    select
        *,
        lag(closing_units) over (
            partition by {{ keys | join(', ') }} order by {{ period }}
        ) as ended_with
    from {{ model }}
)

select *
from chained
where opening_units <> ended_with
{% endtest %}
