{# The newest version of every message of the conversations to read, with the shop and
   its time zone, as CTEs that end in `messages`. #}
{% macro service_messages() -%}
    records as (
        {{ touched_rows(
            'int_service_unioned', ['conversation_id'], among='int_service_touched'
        ) }}
    ),

    shops as (
        select * from {{ ref('dim_shops') }}
    ),

    {{ newest_records('records') }},

    messages as (
        select
            newest.*,
            coalesce(shops.shop_id, 'unknown') as known_shop_id,
            coalesce(shops.time_zone, 'Asia/Shanghai') as time_zone
        from newest
        left join shops on newest.shop_id = shops.shop_id
    )
{%- endmacro %}
