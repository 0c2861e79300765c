{# The records of a cost stream whose figures may be others now: its own, those of
   touched orders, of shops that changed, and those that use or lack a changed rate.
   `key` names what they are told by, where the fact is of what they belong to. #}
{% macro touched_charges(stream, fact, has_orders=true, key='record_key') -%}
    {%- set before = standing(fact) -%}
    {%- set shops = ref('int_shops_touched') -%}
    {%- set rate_days = touched_in('fx_rates', 'rate_date') -%}
    {%- if flags.FULL_REFRESH and execute -%}
    select {{ key }}
    from {{ ref('int_' ~ stream ~ '_unioned') }}
    where 1 = 0
    {%- else -%}
    {{ touched_in(stream, key) }}
    {%- if has_orders %}
    union
    select charges.{{ key }}
    from {{ ref('int_' ~ stream ~ '_unioned') }} as charges
    inner join {{ ref('int_orders_touched') }} as orders
        on charges.order_id = orders.order_id
    {%- endif %}
    {%- if before %}
    union
    select before.{{ key }}
    from {{ before }} as before
    inner join {{ shops }} as shops
        on before.stated_shop_id = shops.shop_id
    union
    select before.{{ key }}
    from {{ before }} as before
    inner join (
        {{ rate_days }}
    ) as rate_days
        on
            before.fx_date >= cast(rate_days.rate_date as date)
            and before.fx_date <= {{ days_after(
                'cast(rate_days.rate_date as date)', var('fx_rate_max_age_days')
            ) }}
    where before.currency <> '{{ var("reporting_currency") }}'
    {%- endif %}
    {%- endif %}
{%- endmacro %}
