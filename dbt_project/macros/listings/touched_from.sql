{#
    Incremental strategy of what follows listings through time: of every touched listing
    the rows from its first touched day on leave, also where none comes back, and those
    of the build come, in one transaction. Earlier days cannot have changed, since every
    figure looks back only.

    config `touched`: {model, date}: the model with listing_id and touched_from, and the
        column of this table that says to which day a row belongs. What follows
        something else than listings names its `key`, what begins another day its
        `from`.
#}
{% macro get_incremental_touched_from_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set columns = get_quoted_csv(
        arg_dict['dest_columns'] | map(attribute='name')
    ) -%}
    {%- set touched = config.get('touched') -%}
    {%- set key = touched['key'] or 'listing_id' -%}
    delete from {{ target }} as standing
    using {{ ref(touched['model']) }} as touched
    where
        standing.{{ key }} = touched.{{ key }}
        and standing.{{ touched['date'] }}
        >= touched.{{ touched['from'] or 'touched_from' }};

    insert into {{ target }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
