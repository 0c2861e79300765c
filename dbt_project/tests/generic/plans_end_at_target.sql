{# On the last day of its period all of a target is planned, and never before more. #}
{% test plans_end_at_target(model) %}
with

targets as (
    select * from {{ ref('fct_targets') }}
)

select
    progress.shop_id,
    progress.metric_id,
    progress.plan_date
from {{ model }} as progress
inner join targets
    on
        progress.shop_id = targets.shop_id
        and progress.channel = targets.channel
        and progress.listing_id = targets.listing_id
        and progress.metric_id = targets.metric_id
        and progress.period_kind = targets.period_kind
        and progress.period_start_date = targets.period_start_date
        and {{ holds_on(
            'progress.plan_date', 'targets.valid_from', 'targets.valid_to'
        ) }}
where
    progress.planned_to_date > progress.target_value + 0.01
    or (
        progress.plan_date = targets.period_end_date
        and abs(progress.planned_to_date - progress.target_value) > 0.01
    )
{% endtest %}
