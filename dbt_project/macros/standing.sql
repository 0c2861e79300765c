{# A core table as the build before left it, for what this build is about to change;
   none where there is none yet. #}
{% macro standing(name) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {{ return(adapter.get_relation(this.database, this.schema, name)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# Keeps in a log only what a failed try of the same build left there. #}
{% macro clear_log() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where from_seq <> {{ var('from_seq') }}
    {%- endif -%}
{%- endmacro %}
