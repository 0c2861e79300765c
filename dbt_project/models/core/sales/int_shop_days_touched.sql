{#- The days to add up again, once all who write into the log have written. -#}
{%- for writer in [
    'fct_orders',
    'fct_order_lines',
    'fct_refunds',
    'fct_ad_daily',
    'fct_commissions',
    'fct_fees',
    'int_costs',
    'fct_service_inquiries',
] %}
-- depends_on: {{ ref(writer) }}
{%- endfor %}

with

logged as (
    select * from {{ ref('int_shop_days_logged') }}
    where from_seq = {{ var('from_seq') }}
),

touched as (
    select
        shop_id,
        sales_date
    from logged
    group by shop_id, sales_date
)

select * from touched
