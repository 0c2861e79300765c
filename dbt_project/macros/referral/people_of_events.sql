{# Who came to each group or session, by the newest version of its events; a platform
   that names nobody tells people by order. `began` is the event of who started it,
   `came` that of who followed, `is_new` the column that says whether they are new. #}
{% macro people_of_events(stream, key, began, came, is_new) -%}
with

records as (
    {{ touched_rows(
        'int_' ~ stream ~ '_unioned', [key], among='int_' ~ stream ~ '_touched'
    ) }}
),

{{ newest_records('records') }},

people as (
    select
        {{ key }},
        coalesce(member_ref, order_id, record_key) as person,
        max(member_ref) as member_id,
        max(order_id) as order_id,
        min(occurred_at) as came_at,
        max({{ flag_of(is_new) }}) as is_new,
        max(case when event = '{{ began }}' then 1 else 0 end) as has_begun
    from newest
    where event in ('{{ began }}', '{{ came }}')
    group by {{ key }}, coalesce(member_ref, order_id, record_key)
)

select * from people
{%- endmacro %}
