{# What a target may be set on: figures of shop_sales_daily whose days add up. #}
{% macro money_metrics_of_shops() -%}
    {{ return([
        'gmv', 'goods_sales', 'seller_receipts', 'net_sales', 'net_sales_by_order',
        'repeat_gmv', 'contribution_profit',
    ]) }}
{%- endmacro %}

{% macro counts_of_shops() -%}
    {{ return(['order_count', 'units', 'new_buyers']) }}
{%- endmacro %}

{# The same of one listing, from agg_listing_orders_daily. #}
{% macro metrics_of_listings() -%}
    {{ return(['goods_sales', 'order_count', 'units']) }}
{%- endmacro %}

{# The value of the metric that a row of targets names. #}
{% macro metric_named_by(metric_id, rows, metrics) -%}
    case {{ metric_id }}
        {% for metric in metrics -%}
        when '{{ metric }}' then {{ rows }}.{{ metric }}
        {% endfor -%}
    end
{%- endmacro %}
