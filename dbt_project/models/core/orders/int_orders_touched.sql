{#- The orders whose own figures may be others now. A build that makes everything whole
    needs no list. -#}
{%- set resolved = standing('int_orders_resolved') %}

with

delivered as (
    {% if flags.FULL_REFRESH and execute -%}
    select order_id
    from {{ ref('int_orders_unioned') }}
    where 1 = 0
    {%- else -%}
    {{ touched_in('orders', 'order_id') }}
    union
    {{ touched_in('order_lines', 'order_id', 'parent_key') }}
    union
    {{ touched_in('refunds', 'order_id', 'parent_key') }}
    {%- endif %}
),

rate_days as (
    select cast(rate_date as date) as rate_date
    from ({{ touched_in('fx_rates', 'rate_date') }}) as delivered_rates
),

shops as (
    select * from {{ ref('int_shops_touched') }}
),

-- a part says that its whole is no sale, and no longer says so when it leaves
parts as (
    select split_from_order_id as order_id
    from {{ ref('int_orders_unioned') }}
    where
        split_from_order_id is not null
        and order_id in (select order_id from delivered)
    {% if resolved -%}
    union
    select split_from_order_id as order_id
    from {{ resolved }}
    where
        split_from_order_id is not null
        and order_id in (select order_id from delivered)
    {%- endif %}
),

touched as (
    select order_id from delivered
    union
    select order_id from parts
    {% if resolved -%}
    union
    select resolved.order_id
    from {{ resolved }} as resolved
    inner join shops on resolved.stated_shop_id = shops.shop_id
    union
    select resolved.order_id
    from {{ resolved }} as resolved
    inner join rate_days
        on
            resolved.fx_date >= rate_days.rate_date
            and resolved.fx_date <= {{ days_after(
                'rate_days.rate_date', var('fx_rate_max_age_days')
            ) }}
    where
        resolved.currency <> '{{ var("reporting_currency") }}'
        and (
            resolved.fx_rate_date is null
            or resolved.fx_rate_date <= rate_days.rate_date
            or resolved.fx_priority > 1
        )
    {%- endif %}
)

select * from touched
