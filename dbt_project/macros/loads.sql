{# Which loads a build follows, as SQL over the verdicts up to its last one. #}

{# The ids of the loads a union reads in this build, listed when the model is compiled,
   so that raw is reached through its index. All accepted loads where the model is made
   whole, else those of the build's range and of streams that are read again. #}
{% macro loads_of_build(stream) -%}
    {%- set ids = [] -%}
    {%- if execute -%}
        {%- set query -%}
            select load_id, stream_id
            from {{ ref('int_loads_decided') }}
            where stream = '{{ stream }}' and is_accepted
            {% if is_incremental() -%} and is_touched {%- endif %}
            order by load_id
        {%- endset -%}
        {%- for row in run_query(query).rows -%}
            {%- do ids.append([row[0] | int, row[1]]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(ids) }}
{%- endmacro %}

{# The accepted loads of a stream that are new to this build, as a list for `in`. They
   are written out, since the planner knows a number to be rare and a subquery not. #}
{% macro touched_loads(stream) -%}
    {%- set ids = [-1] -%}
    {%- set decided = ref('int_loads_decided') -%}
    {%- if execute -%}
        {%- set query -%}
            select load_id
            from {{ decided }}
            where stream = '{{ stream }}' and is_accepted and is_touched
            order by load_id
        {%- endset -%}
        {%- for row in run_query(query).rows -%}
            {%- do ids.append(row[0] | int) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ ids | join(', ') }}
{%- endmacro %}

{# The keys of a stream that a build must look at again: those in its loads and those
   whose records left core. `column` is the key or the parent's key in the union, `kept`
   where ops keeps it for a record that left: entity_key or parent_key. #}
{% macro touched_in(stream, column, kept='entity_key') -%}
    select cast({{ column }} as text) as {{ column }}
    from {{ ref('int_' ~ stream ~ '_unioned') }}
    where
        {{ column }} is not null
        and load_id in ({{ touched_loads(stream) }})
    union
    select {{ kept }} as {{ column }}
    from {{ ref('stg_ops__touched_keys') }}
    where
        stream = '{{ stream }}'
        and {{ kept }} is not null
        and touched_seq <= {{ var('to_seq') }}
        {% if stream not in var('reread_streams') -%}
        and touched_seq > {{ var('from_seq') }}
        {%- endif %}
{%- endmacro %}
