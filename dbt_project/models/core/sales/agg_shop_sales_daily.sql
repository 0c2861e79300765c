{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'channel', 'sales_date'],
    touched={
        'model': 'int_shop_days_touched',
        'columns': ['shop_id', 'sales_date'],
    },
) }}

with

days as (
    select * from {{ ref('int_shop_days_touched') }}
),

orders as (
    {{ touched_rows(
        'fct_orders',
        ['shop_id', 'paid_date'],
        within='days',
        listed_as=['shop_id', 'sales_date']
    ) }}
),

orders_created as (
    {{ touched_rows(
        'fct_orders',
        ['shop_id', 'created_date'],
        within='days',
        listed_as=['shop_id', 'sales_date']
    ) }}
),

refunds as (
    {{ touched_rows(
        'fct_refunds',
        ['shop_id', 'refund_date'],
        within='days',
        listed_as=['shop_id', 'sales_date']
    ) }}
),

units as (
    {{ touched_rows(
        'int_goods_costed_daily',
        ['shop_id', 'sales_date'],
        within='days'
    ) }}
),

fees as (
    {{ touched_rows('fct_fees', ['shop_id', 'sales_date'], within='days') }}
),

ads as (
    {{ touched_rows('fct_ad_daily', ['shop_id', 'sales_date'], within='days') }}
),

commissions as (
    {{ touched_rows('fct_commissions', ['shop_id', 'sales_date'], within='days') }}
),

-- the list of charges on an order says more than the sum the order itself names
orders_with_fees as (
    select order_id
    from fees
    where kind <> 'freight' and order_id is not null
    group by order_id
),

valid_orders as (
    select
        orders.*,
        case
            when orders_with_fees.order_id is null then orders.platform_fee_amount
            else 0
        end as own_fee_amount
    from orders
    left join orders_with_fees on orders.order_id = orders_with_fees.order_id
    where orders.is_valid
),

-- sales by the day of payment
sales as (
    select
        shop_id,
        coalesce(channel, 'all') as channel,
        paid_date as sales_date,
        count(*) as order_count,
        count(distinct customer_id) as customers,
        sum(case when order_seq = 1 then 1 else 0 end) as new_buyers,
        sum(case when customer_id is null then 1 else 0 end) as anonymous_order_count,
        sum(paid_amount) as gmv,
        sum(freight_amount) as freight_amount,
        sum(tax_amount) as tax_amount,
        sum(platform_discount_amount) as platform_discount_amount,
        sum(seller_discount_amount) as seller_discount_amount,
        sum(net_sales_by_order) as net_sales_by_order,
        sum(case when refunded_amount > 0 then 1 else 0 end) as refunded_order_count,
        sum(
            case
                when order_class in ('repeat_own', 'repeat_of_referred')
                    then paid_amount
                else 0
            end
        ) as repeat_gmv,
        sum(case when customer_id is not null then paid_amount else 0 end)
            as identified_gmv,
        sum(own_fee_amount) as order_fee_amount
    from valid_orders
    group by grouping sets ((shop_id, paid_date, channel), (shop_id, paid_date))
),

paid_back as (
    select
        shop_id,
        coalesce(channel, 'all') as channel,
        refund_date as sales_date,
        sum(refund_amount) as refund_amount
    from refunds
    where is_counted
    group by grouping sets ((shop_id, refund_date, channel), (shop_id, refund_date))
),

-- what was never a sale, and what has no rate, by the day the order was made
created as (
    select
        shop_id,
        coalesce(channel, 'all') as channel,
        created_date as sales_date,
        sum(case when paid_at is null then 1 else 0 end) as unpaid_order_count,
        sum(case when is_excluded and paid_at is not null then 1 else 0 end)
            as excluded_order_count,
        sum(case when is_fx_missing then 1 else 0 end) as fx_missing_count
    from orders_created
    group by grouping sets ((shop_id, created_date, channel), (shop_id, created_date))
),

charges as (
    select
        shop_id,
        channel,
        sales_date,
        case when kind <> 'freight' then amount end as fee_amount,
        case when kind = 'freight' then amount end as freight_cost_amount,
        cast(null as numeric) as ad_cost_amount,
        cast(null as numeric) as commission_amount
    from fees
    union all
    select
        shop_id,
        channel,
        sales_date,
        cast(null as numeric) as fee_amount,
        cast(null as numeric) as freight_cost_amount,
        cost_amount as ad_cost_amount,
        cast(null as numeric) as commission_amount
    from ads
    union all
    select
        shop_id,
        channel,
        sales_date,
        cast(null as numeric) as fee_amount,
        cast(null as numeric) as freight_cost_amount,
        cast(null as numeric) as ad_cost_amount,
        amount as commission_amount
    from commissions
    where status <> 'disputed'
),

charged as (
    select
        shop_id,
        coalesce(channel, 'all') as channel,
        sales_date,
        sum(fee_amount) as fee_amount,
        sum(freight_cost_amount) as freight_cost_amount,
        sum(ad_cost_amount) as ad_cost_amount,
        sum(commission_amount) as commission_amount
    from charges
    group by grouping sets ((shop_id, sales_date, channel), (shop_id, sales_date))
),

keys as (
    select
        shop_id,
        channel,
        sales_date
    from sales
    union
    select
        shop_id,
        channel,
        sales_date
    from paid_back
    union
    select
        shop_id,
        channel,
        sales_date
    from created
    union
    select
        shop_id,
        channel,
        sales_date
    from charged
),

added as (
    select
        keys.shop_id,
        keys.channel,
        keys.sales_date,
        coalesce(sales.order_count, 0) as order_count,
        case when sales.order_count is null then 0 else units.units end as units,
        coalesce(sales.customers + sales.anonymous_order_count, 0) as buyers,
        coalesce(sales.new_buyers, 0) as new_buyers,
        coalesce(sales.customers - sales.new_buyers, 0) as repeat_buyers,
        coalesce(sales.anonymous_order_count, 0) as anonymous_order_count,
        case when sales.order_count is null then 0 else sales.gmv end as gmv,
        case when sales.order_count is null then 0 else sales.freight_amount end
            as freight_amount,
        case when sales.order_count is null then 0 else sales.tax_amount end
            as tax_amount,
        case
            when sales.order_count is null then 0
            else sales.platform_discount_amount
        end as platform_discount_amount,
        case
            when sales.order_count is null then 0
            else sales.seller_discount_amount
        end as seller_discount_amount,
        case when sales.order_count is null then 0 else sales.net_sales_by_order end
            as net_sales_by_order,
        coalesce(sales.refunded_order_count, 0) as refunded_order_count,
        case when sales.order_count is null then 0 else sales.repeat_gmv end
            as repeat_gmv,
        case when sales.order_count is null then 0 else sales.identified_gmv end
            as identified_gmv,
        case
            when paid_back.shop_id is null then 0
            else paid_back.refund_amount
        end as refund_amount,
        case when sales.order_count is null then 0 else sales.order_fee_amount end
            as order_fee_amount,
        charged.fee_amount,
        charged.ad_cost_amount,
        charged.commission_amount,
        coalesce(units.cost_of_goods_amount, 0) as cost_of_goods_amount,
        coalesce(units.freight_cost_amount, 0)
        + coalesce(charged.freight_cost_amount, 0) as freight_cost_amount,
        coalesce(units.uncosted_line_count, 0) as uncosted_line_count,
        coalesce(created.unpaid_order_count, 0) as unpaid_order_count,
        coalesce(created.excluded_order_count, 0) as excluded_order_count,
        coalesce(created.fx_missing_count, 0) as fx_missing_count
    from keys
    left join sales
        on
            keys.shop_id = sales.shop_id
            and keys.channel = sales.channel
            and keys.sales_date = sales.sales_date
    left join units
        on
            keys.shop_id = units.shop_id
            and keys.channel = units.channel
            and keys.sales_date = units.sales_date
    left join paid_back
        on
            keys.shop_id = paid_back.shop_id
            and keys.channel = paid_back.channel
            and keys.sales_date = paid_back.sales_date
    left join created
        on
            keys.shop_id = created.shop_id
            and keys.channel = created.channel
            and keys.sales_date = created.sales_date
    left join charged
        on
            keys.shop_id = charged.shop_id
            and keys.channel = charged.channel
            and keys.sales_date = charged.sales_date
)

select * from added
