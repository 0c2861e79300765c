{# The levels of a programme add up to its row -1; what its agents passed to each other
   cancels there. #}
{% test levels_add_up(model) %}
with

sums as (
    select
        programme_id,
        level_kind,
        month_date,
        {% for column in [
            'members', 'joins', 'leaves', 'active_sellers', 'sell_out_gmv',
            'commission_amount', 'opening_units', 'sell_out_consumer_units',
            'returned_units', 'adjusted_units', 'closing_units',
        ] -%}
        sum(case when level_no = -1 then {{ column }} else -{{ column }} end)
            as {{ column }},
        {% endfor -%}
        sum(
            case
                when level_no = -1 then sell_in_units - sell_out_agent_units
                else sell_out_agent_units - sell_in_units
            end
        ) as passed_units
    from {{ model }}
    group by programme_id, level_kind, month_date
)

select *
from sums
where
    members <> 0
    or joins <> 0
    or leaves <> 0
    or active_sellers <> 0
    or abs(sell_out_gmv) > 0.01
    or abs(commission_amount) > 0.01
    or opening_units <> 0
    or sell_out_consumer_units <> 0
    or returned_units <> 0
    or adjusted_units <> 0
    or closing_units <> 0
    or passed_units <> 0
{% endtest %}
