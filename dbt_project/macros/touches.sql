{# The days of a shop that rows of a fact, old and new, belong to. #}

{% macro days_of_orders(rows) -%}
    select
        shop_id,
        paid_date as sales_date
    from {{ rows }}
    union all
    select
        shop_id,
        created_date as sales_date
    from {{ rows }}
{%- endmacro %}

{% macro days_of_order_lines(rows) -%}
    select
        orders.shop_id,
        orders.paid_date as sales_date
    from {{ rows }} as lines
    inner join {{ ref('int_orders_resolved') }} as orders
        on lines.order_id = orders.order_id
{%- endmacro %}

{% macro days_of_refunds(rows) -%}
    select
        shop_id,
        refund_date as sales_date
    from {{ rows }}
    where is_succeeded
{%- endmacro %}

{% macro days_of_charges(rows) -%}
    select
        shop_id,
        sales_date
    from {{ rows }}
{%- endmacro %}

{% macro days_of_costs(rows) -%}
    {%- for kind, column in [
        ('sku', 'sku_id'), ('seller_sku', 'seller_sku'), ('listing', 'listing_id'),
    ] %}
    select
        orders.shop_id,
        orders.paid_date as sales_date
    from {{ rows }} as costs
    inner join {{ ref('fct_order_lines') }} as lines
        on costs.product_id = lines.{{ column }} and costs.product_kind = '{{ kind }}'
    inner join {{ ref('int_orders_resolved') }} as orders
        on lines.order_id = orders.order_id
    where {{ holds_on('orders.paid_date', 'costs.valid_from', 'costs.valid_to') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# A question of a buyer also counts for an order of the day after it. #}
{% macro days_of_inquiries(rows) -%}
    select
        shop_id,
        sla_date as sales_date
    from {{ rows }}
    union all
    select
        shop_id,
        {{ days_after('sla_date', 1) }} as sales_date
    from {{ rows }}
{%- endmacro %}
