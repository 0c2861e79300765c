{# The versions of what the seller's file says of a key, as CTEs that end in `versions`:
   each ends where the next one begins, where the file ends it, or where it left it. #}
{% macro reference_versions(stream, key, columns) -%}
    kept as (
        select * from {{ reference_rows(stream) }} as kept
    ),

    followed as (
        select
            *,
            {{ earlier_end('valid_to', 'closed_date') }} as stated_valid_to,
            lead(valid_from) over (
                partition by {{ key }} order by valid_from
            ) as next_valid_from
        from kept
    ),

    versions as (
        select
            {{ key }},
            {% for column in columns -%}
            {{ column }},
            {% endfor -%}
            valid_from,
            {{ earlier_end('stated_valid_to', 'next_valid_from') }} as valid_to
        from followed
    )
{%- endmacro %}
