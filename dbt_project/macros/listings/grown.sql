{#
    A table that only ever gains from new loads of a stream, as the build before left
    it; none where it must be made from all of them, since there is none yet or a load
    left.
#}
{% macro grown(name, stream) -%}
    {%- set before = standing(name) -%}
    {%- set decided = ref('int_loads_decided') -%}
    {#- a unit test has rows of it, but no table -#}
    {%- if before and decided.database -%}
        {%- set query -%}
            select load_id
            from {{ decided }}
            where stream = '{{ stream }}' and is_touched and not is_accepted
        {%- endset -%}
        {%- if not run_query(query).rows -%}
            {{ return(before) }}
        {%- endif -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# Limits a union to the loads of this build where the rest of it stands in a table. #}
{% macro only_new_loads(before, stream) -%}
    {%- if before -%}
    where load_id in (
        select decided.load_id
        from decided
        where decided.stream = '{{ stream }}' and decided.is_touched
    )
    {%- endif -%}
{%- endmacro %}
