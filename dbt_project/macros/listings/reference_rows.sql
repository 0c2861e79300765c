{#
    What the seller's file of a stream says now: the newest version of every key. A row
    that is missing from a newer delivery of its file is closed on the day of that
    delivery (`closed_date`), not forgotten.
#}
{% macro reference_rows(stream) -%}
    {%- set file_name = dbt.split_part('source_ref', "':'", 1) -%}
    (
        select
            newest.*,
            (
                select min({{ date_of_run('deliveries.run') }})
                from (
                    select distinct
                        source_name,
                        {{ file_name }} as file_name,
                        load_seq,
                        run
                    from {{ ref('int_' ~ stream ~ '_unioned') }}
                ) as deliveries
                where
                    deliveries.source_name = newest.source_name
                    and deliveries.file_name = newest.file_name
                    and deliveries.load_seq > newest.load_seq
            ) as closed_date
        from (
            select
                *,
                {{ file_name }} as file_name,
                row_number() over (
                    partition by record_key
                    order by load_seq desc, source_rank asc, source_ref desc
                ) as version_no
            from {{ ref('int_' ~ stream ~ '_unioned') }}
        ) as newest
        where newest.version_no = 1
    )
{%- endmacro %}

{# The UTC day of a run such as 20260131T060000. #}
{% macro date_of_run(run) -%}
    cast(
        substr({{ run }}, 1, 4) || '-' || substr({{ run }}, 5, 2)
        || '-' || substr({{ run }}, 7, 2)
        as date
    )
{%- endmacro %}

{# The instant of a run such as 20260131T060000. #}
{% macro instant_of_run(run) -%}
    {%- set text -%}
        substr({{ run }}, 1, 4) || '-' || substr({{ run }}, 5, 2)
        || '-' || substr({{ run }}, 7, 2) || ' ' || substr({{ run }}, 10, 2)
        || ':' || substr({{ run }}, 12, 2) || ':' || substr({{ run }}, 14, 2)
        || '+00:00'
    {%- endset -%}
    {{ adapter.dispatch('instant_of')(text) }}
{%- endmacro %}

{% macro default__instant_of(text) -%}
    cast({{ text }} as timestamp)
{%- endmacro %}

{% macro postgres__instant_of(text) -%}
    cast({{ text }} as timestamptz)
{%- endmacro %}

{# The earlier of two last days, where either may be open. #}
{% macro earlier_end(one, other) -%}
    case
        when {{ one }} is null then {{ other }}
        when {{ other }} is null then {{ one }}
        when {{ one }} < {{ other }} then {{ one }}
        else {{ other }}
    end
{%- endmacro %}

{# Whether a day lies in a half-open range whose end may be open. #}
{% macro holds_on(day, valid_from, valid_to) -%}
    (
        {{ day }} >= {{ valid_from }}
        and ({{ valid_to }} is null or {{ day }} < {{ valid_to }})
    )
{%- endmacro %}
