{# Along a curve those at risk fall by who bought again and who left, and the share that
   has not bought again never rises. #}
{% test curve_falls(model) %}
with

followed as (
    select
        *,
        lead(at_risk) over curve as next_at_risk,
        lead(survival_share) over curve as next_survival_share
    from {{ model }}
    window curve as (
        partition by shop_id, segment_kind, segment order by day_no
    )
)

select shop_id
from followed
where
    next_at_risk <> at_risk - events - censored
    or next_survival_share > survival_share
{% endtest %}
