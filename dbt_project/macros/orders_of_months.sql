{# The orders paid in the months that a build touched, as CTEs that end in `orders`. #}
{% macro orders_of_touched_months() -%}
    days as (
        select * from {{ ref('int_shop_days_touched') }}
    ),

    months as (
        select
            shop_id,
            {{ month_of('sales_date') }} as month_date
        from days
        group by shop_id, {{ month_of('sales_date') }}
    ),

    orders as (
        select orders.*
        from {{ ref('fct_orders') }} as orders
        {% if only_touched() -%}
        inner join months
            on
                orders.shop_id = months.shop_id
                and orders.paid_date >= months.month_date
                and orders.paid_date
                < cast({{ dbt.dateadd('month', 1, 'months.month_date') }} as date)
        {%- endif %}
    )
{%- endmacro %}
