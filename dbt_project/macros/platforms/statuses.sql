{#
    What the words of a platform mean in ours, from the seed `platform_statuses`: it is
    read when a view is made and written out in it, so that reading rows joins nothing.
#}

{# The rows of the seed for a stream of a platform: its word and ours. #}
{% macro statuses_of(platform, stream) -%}
    {%- set seed = ref('platform_statuses') -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- set query -%}
            select platform_status, canonical_status
            from {{ seed }}
            where platform_id = '{{ platform }}' and surface = '{{ stream }}'
            order by canonical_status, platform_status
        {%- endset -%}
        {%- for row in run_query(query).rows -%}
            {%- do found.append([row[0], row[1]]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{# Our word for the platform's; `otherwise` for one that the seed does not know. #}
{% macro status_of(platform, stream, column, otherwise) -%}
    case {{ column }}
        {%- for theirs, ours in statuses_of(platform, stream) %}
        when '{{ theirs }}' then '{{ ours }}'
        {%- endfor %}
        else case when {{ column }} is not null then {{ otherwise }} end
    end
{%- endmacro %}

{# The platform's word where the seed does not know it: the door warns of it. #}
{% macro new_status_of(platform, stream, column) -%}
    {%- set known = ["''"] -%}
    {%- for theirs, ours in statuses_of(platform, stream) -%}
        {%- do known.append("'" ~ theirs ~ "'") -%}
    {%- endfor -%}
    case when {{ column }} not in ({{ known | join(', ') }}) then {{ column }} end
{%- endmacro %}
