{# Spells of one policy and listing follow each other: each begins after the one before
   it ended, and only the last is open. #}
{% test spells_apart(model) %}
with

followed as (
    select
        *,
        lag(last_seen_at) over following as last_seen_before_at,
        lag(ended_at) over following as ended_before_at,
        row_number() over following as spell_no
    from {{ model }}
    window following as (
        partition by policy_id, listing_id, sku_id_or_all
        order by first_seen_at, last_seen_at
    )
)

select *
from followed
where
    spell_no > 1
    and (
        ended_before_at is null
        or first_seen_at < ended_before_at
        or first_seen_at < last_seen_before_at
    )
{% endtest %}
