{#
    Incremental strategy of what follows listings through time: of every touched listing
    the rows from its first touched day on leave, also where none comes back, and those
    of the build come, in one transaction. Earlier days cannot have changed, since every
    figure looks back only.

    config `touched`: {model, date}: the model with listing_id and touched_from, and the
        column of this table that says to which day a row belongs.
#}
{% macro get_incremental_touched_from_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set columns = get_quoted_csv(
        arg_dict['dest_columns'] | map(attribute='name')
    ) -%}
    {%- set touched = config.get('touched') -%}
    delete from {{ target }} as standing
    using {{ ref(touched['model']) }} as touched
    where
        standing.listing_id = touched.listing_id
        and standing.{{ touched['date'] }} >= touched.touched_from;

    insert into {{ target }} ({{ columns }})
    select {{ columns }}
    from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
