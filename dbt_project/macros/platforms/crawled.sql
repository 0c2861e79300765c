{# The shop a crawler saw: its key where the registry stated one, else the platform's
   own text behind the platform. #}
{% macro crawled_shop(field) -%}
    case
        when {{ payload(field) }} like {{ payload('platform_id') }} || ':%'
            then {{ payload(field) }}
        else {{ platform_id_of(field) }}
    end
{%- endmacro %}

{# The fields of a stream that is landed in our own words, as files, crawls and searches
   land it: ids behind their platform, the rest in its type, and where it came from. #}
{% macro canonical(stream) -%}
    {%- set shape = shape_of(stream) -%}
    {%- set ids = [
        'listing_id', 'sku_id', 'family_id', 'platform_category_id', 'parent_id',
        'activity_id',
    ] -%}
    {%- for name, type in shape['columns'] -%}
        {%- if name == 'shop_id' -%}
            {{ crawled_shop(name) }}
        {%- elif name in ids -%}
            {{ platform_id_of(name) }}
        {%- else -%}
            {{ payload(name, type) }}
        {%- endif %} as {{ name }},
        {% endfor -%}
        load_id,
        record_key,
        {% if not is_dated(shape) %}observed_at,
        {% endif -%}
        source_ref
{%- endmacro %}


{# The records of a stream whose sources land it in the canonical columns. #}
{% macro canonical_stream(platform, stream) -%}
with

source as (
    select * from {{ source('raw', platform ~ '__' ~ stream) }}
),

read as (
    select
        {{ canonical(stream) }}
    from source
),

judged as (
    select
        {{ judged(stream) }}
    from read
)

select * from judged
{%- endmacro %}
