{# The lengths, in days, of the windows counters look back over; 7 and 30 always. #}
{% macro window_lengths() -%}
    {%- set lengths = [7, 30] -%}
    {%- set buckets = ref('dim_counter_buckets') -%}
    {#- a unit test has rows of it, but no table -#}
    {%- if execute and buckets.database and load_relation(buckets) -%}
        {%- set query -%}
            select distinct window_days from {{ buckets }}
            where window_days > 0
            order by 1
        {%- endset -%}
        {%- for row in run_query(query).rows -%}
            {%- if row[0] | int not in lengths -%}
                {%- do lengths.append(row[0] | int) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(lengths) }}
{%- endmacro %}
