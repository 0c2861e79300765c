{# Who accepted an invitation of a generation is the next one. #}
{% test generations_follow(model) %}
with

followed as (
    select
        accepted,
        generation,
        lead(cohort_members) over growing as next_members
    from {{ model }}
    window growing as (
        partition by shop_id, tool, cohort_month_date order by generation
    )
)

select generation
from followed
where accepted <> coalesce(next_members, 0)
{% endtest %}
