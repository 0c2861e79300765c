{# What a ledger may pay for, in the order of the alphabet. #}
{% macro reward_bases() -%}
    {{ return([
        'downline_sales', 'entry_fee', 'headcount', 'own_sales', 'stock_order',
    ]) }}
{%- endmacro %}
