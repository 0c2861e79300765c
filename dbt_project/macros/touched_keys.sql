{#
    Incremental strategy of the facts: every touched key leaves, also those without a
    row left, and the rows of the build come, in one transaction. A row that comes as it
    was stays where it is, which costs less and tells what really changed.

    config `unique_key`: the columns that name a row.
    config `touched`: {model, columns, listed_as}: the columns whose values are touched,
        and what the model that lists them calls them where that differs; `where` limits
        the list, which no other model may still write into. {stream, columns}: a key of
        a stream. {all}: the model always makes every row. Without `touched` only the
        rows of the build replace what they name.
    config `touches`: a macro that turns the changed rows, old and new, into rows of
        `int_shop_days_logged`, for the tables that add them up.
#}
{% macro get_incremental_touched_keys_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set fresh = arg_dict['temp_relation'] -%}
    {%- set names = arg_dict['dest_columns'] | map(attribute='name') | list -%}
    {%- set columns = get_quoted_csv(names) -%}
    {%- set unique_key = arg_dict['unique_key'] -%}
    {%- set keys = [unique_key] if unique_key is string else unique_key -%}
    {%- set touched = config.get('touched') -%}
    {%- set touches = config.get('touches') -%}
    {%- set stays -%}
        select 1
        from (select {{ columns }} from {{ fresh }}) as fresh
        where {% for key in keys -%}
            fresh.{{ key }} = standing.{{ key }} and {% endfor -%}
            fresh *= standing
    {%- endset -%}
    {%- set leaves -%}
        {% if touched and touched['all'] -%}
        1 = 1
        {%- elif touched -%}
        ({{ touched['columns'] | join(', ') }}) in (
            {%- if touched['stream'] %}
            {{ touched_in(touched['stream'], touched['columns'][0]) }}
            {%- else %}
            select {{ (touched['listed_as'] or touched['columns']) | join(', ') }}
            from {{ ref(touched['model']) }}
            {%- if touched['where'] %}
            where {{ touched['where'] }}
            {%- endif %}
            {%- endif %}
        )
        {%- else -%}
        ({{ keys | join(', ') }}) in (select {{ keys | join(', ') }} from {{ fresh }})
        {%- endif %}
        and not exists ({{ stays }})
    {%- endset -%}
    {%- set comes -%}
        select {{ columns }}
        from {{ fresh }} as fresh
        where not exists (
            select 1
            from {{ target }} as standing
            where {% for key in keys -%}
                standing.{{ key }} = fresh.{{ key }}{{ ' and ' if not loop.last }}
            {%- endfor %}
        )
    {%- endset -%}
    analyze {{ fresh }};

    create temporary table {{ fresh.identifier }}_gone on commit drop as
    select {{ columns }}
    from (select {{ columns }} from {{ target }}) as standing
    where {{ leaves }};

    delete from {{ target }} as standing
    using {{ fresh.identifier }}_gone as gone
    where {% for key in keys -%}
        standing.{{ key }} = gone.{{ key }}{{ ' and ' if not loop.last }}
    {%- endfor %};

    create temporary table {{ fresh.identifier }}_new on commit drop as
    {{ comes }};

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ fresh.identifier }}_new;

    {% if touches -%}
    insert into {{ ref('int_shop_days_logged') }} (shop_id, sales_date, from_seq)
    select distinct shop_id, sales_date, {{ var('from_seq') }}
    from (
        {{ context[touches](fresh.identifier ~ '_gone') }}
        union all
        {{ context[touches](fresh.identifier ~ '_new') }}
    ) as changed
    where shop_id is not null and sales_date is not null
    {%- endif %}
{%- endmacro %}
