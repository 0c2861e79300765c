{#
    The accepted rows of one stream from every platform that carries it: a history that
    is only appended to, less the loads taken back. `key` and `parent` are the columns
    that are remembered of rows that leave, so that what was made of them is made again;
    `moment` is one more column by which a part of the history is looked for.
#}
{% macro unioned(stream, key, parent=none, moment=none) -%}
    {{ config(
        stream=stream,
        entity_key=key,
        parent_key=parent,
        indexes=indexes_of_union(key, parent, moment),
    ) }}
    {%- set platforms = var('streams')[stream] -%}
    {%- set form = ref('stg_files__' ~ stream) -%}
    {%- set columns = [] -%}
    {%- for platform in platforms -%}
        {%- do ref('stg_' ~ platform ~ '__' ~ stream) -%}
    {%- endfor -%}
    {%- set loads = loads_of_build(stream) -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(form) -%}
            {%- if column.name != 'reject_reason' -%}
                {%- do columns.append(column.name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    with

    decided as (
        select * from {{ ref('int_loads_decided') }}
    ),

    rows_of_platforms as (
    {%- for platform in platforms %}
        {%- set ids = [] -%}
        {%- for load_id, stream_id in loads -%}
            {%- if stream_id == platform ~ '__' ~ stream -%}
                {%- do ids.append(load_id) -%}
            {%- endif -%}
        {%- endfor %}
        {#- a platform without a load in this build is not looked at; files are, for the
            types of their columns #}
        {%- if ids or loop.first or not execute %}
        {{ 'union all' if not loop.first }}
        select
            {{ columns_of_platform(platform, columns) }}
            {{ 1 if platform == 'files' else 0 }} as source_rank
        from {{ ref('stg_' ~ platform ~ '__' ~ stream) }}
        where
            reject_reason is null
            and load_id in ({{ ids | join(', ') if ids else '-1' }})
        {%- endif %}
    {%- endfor %}
    ),

    numbered as (
        select
            {%- for column in columns %}
            rows_of_platforms.{{ column }},
            {%- endfor %}
            rows_of_platforms.source_rank,
            decided.load_seq,
            decided.source_name,
            decided.run
        from rows_of_platforms
        inner join decided on rows_of_platforms.load_id = decided.load_id
    )

    select * from numbered
{%- endmacro %}

{# The columns of a union as one platform's staging gives them. The record key of files
   begins with the platform, that of a platform's own interface does not. #}
{% macro columns_of_platform(platform, columns) -%}
    {%- for column in columns -%}
        {%- if column == 'record_key' and platform != 'files' -%}
            '{{ platform }}|' || record_key as record_key,
        {%- else -%}
            {{ column }},
        {%- endif %}
            {% endfor -%}
{%- endmacro %}

{% macro indexes_of_union(key, parent, moment) -%}
    {%- set indexes = [{'columns': ['load_id']}, {'columns': [key]}] -%}
    {%- for column in [parent, moment] if column -%}
        {%- do indexes.append({'columns': [column]}) -%}
    {%- endfor -%}
    {{ return(indexes) }}
{%- endmacro %}

{#
    Incremental strategy of the unions: the rows of every load of this build leave,
    their keys remembered, and those of accepted loads come (again), in one
    transaction.
#}
{% macro get_incremental_touched_loads_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set columns = get_quoted_csv(
        arg_dict['dest_columns'] | map(attribute='name')
    ) -%}
    {%- set stream = config.get('stream') -%}
    {%- set loads -%}
        select load_id
        from {{ ref('int_loads_decided') }}
        where stream = '{{ stream }}' and is_touched
    {%- endset -%}
    insert into {{ source('ops', 'touched_keys') }} (
        stream, load_id, record_key, entity_key, parent_key, touched_seq
    )
    select
        '{{ stream }}',
        load_id,
        record_key,
        cast({{ config.get('entity_key') }} as text),
        cast({{ config.get('parent_key') or 'null' }} as text),
        {{ var('to_seq') }}
    from {{ target }}
    where load_id in ({{ loads }});

    delete from {{ target }}
    where load_id in ({{ loads }});

    insert into {{ target }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
