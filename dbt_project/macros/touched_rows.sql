{# The rows of a model that an incremental build reads: those whose keys are among the
   touched ones, else all. `among` is the model that lists the touched keys, `within`
   the CTE that does; `listed_as` names the keys there, where they have other names. #}
{% macro touched_rows(model, columns, among=none, within=none, listed_as=none) -%}
    select * from {{ ref(model) }}
    {%- if only_touched() %}
    where
        ({{ columns | join(', ') }})
        in (
            select {{ (listed_as or columns) | join(', ') }}
            from {{ within or ref(among) }}
        )
    {%- endif %}
{%- endmacro %}
