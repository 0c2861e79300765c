with

sales as (
    select * from {{ ref('agg_shop_sales_daily') }}
),

coverage as (
    select * from {{ ref('fct_coverage_daily') }}
    where covered_kind = 'shop'
),

cost_streams as (
    select * from {{ ref('int_cost_streams_carried') }}
),

channels as (
    select
        shop_id,
        channel
    from sales
    union
    select
        covered_id as shop_id,
        'all' as channel
    from coverage
),

shops_with_costs as (
    select shop_id
    from sales
    where cost_of_goods_amount <> 0
    group by shop_id
),

-- the day of every stream that a shop's costs come from
delivered as (
    select
        covered_id as shop_id,
        coverage_date as sales_date,
        max(case when stream = 'ads' and is_delivered then 1 end) as has_ads,
        max(case when stream = 'fees' and is_delivered then 1 end) as has_fees,
        max(case when stream = 'commissions' and is_delivered then 1 end)
            as has_commissions,
        max(case when stream = 'refunds' and is_delivered then 1 end) as has_refunds
    from coverage
    group by covered_id, coverage_date
),

spine as (
    select
        coverage.covered_id as shop_id,
        channels.channel,
        coverage.coverage_date as sales_date,
        coverage.is_delivered,
        not cost_streams.carries_refunds_apart or delivered.has_refunds = 1
            as is_refund_known,
        not cost_streams.carries_fees or delivered.has_fees = 1 as is_fee_known,
        not cost_streams.carries_ads or delivered.has_ads = 1 as is_ad_known,
        not cost_streams.carries_commissions or delivered.has_commissions = 1
            as is_commission_known,
        cost_streams.carries_costs or shops_with_costs.shop_id is not null
            as carries_costs
    from coverage
    left join shops_with_costs on coverage.covered_id = shops_with_costs.shop_id
    inner join channels on coverage.covered_id = channels.shop_id
    inner join cost_streams on coverage.covered_id = cost_streams.shop_id
    left join delivered
        on
            coverage.covered_id = delivered.shop_id
            and coverage.coverage_date = delivered.sales_date
    where coverage.stream = 'orders'
),

-- a delivered day without rows had none; a day that was not delivered has no figures
measured as (
    select
        spine.shop_id,
        spine.channel,
        spine.sales_date,
        {% for count in [
            'order_count', 'buyers', 'new_buyers', 'repeat_buyers',
            'anonymous_order_count', 'refunded_order_count', 'uncosted_line_count',
            'unpaid_order_count', 'excluded_order_count', 'fx_missing_count',
        ] -%}
        case when spine.is_delivered then coalesce(sales.{{ count }}, 0) end
            as {{ count }},
        {% endfor -%}
        {% for amount in [
            'units', 'gmv', 'freight_amount', 'tax_amount',
            'platform_discount_amount', 'seller_discount_amount',
            'net_sales_by_order', 'repeat_gmv', 'identified_gmv',
            'order_fee_amount', 'cost_of_goods_amount', 'freight_cost_amount',
        ] -%}
        case
            when not spine.is_delivered then null
            when sales.shop_id is null then 0
            else sales.{{ amount }}
        end as {{ amount }},
        {% endfor -%}
        case
            when spine.is_delivered is not true or spine.is_refund_known is not true
                then null
            when sales.shop_id is null then 0
            else sales.refund_amount
        end as refund_amount,
        {% for amount, is_known in [
            ('fee_amount', 'is_fee_known'),
            ('ad_cost_amount', 'is_ad_known'),
            ('commission_amount', 'is_commission_known'),
        ] -%}
        case
            when spine.is_delivered and spine.{{ is_known }} is true
                then coalesce(sales.{{ amount }}, 0)
        end as {{ amount }},
        {% endfor -%}
        spine.carries_costs
    from spine
    left join sales
        on
            spine.shop_id = sales.shop_id
            and spine.channel = sales.channel
            and spine.sales_date = sales.sales_date
),

figured as (
    select
        shop_id,
        channel,
        sales_date,
        order_count,
        units,
        buyers,
        new_buyers,
        repeat_buyers,
        anonymous_order_count,
        gmv,
        gmv - freight_amount - tax_amount as goods_sales,
        gmv + platform_discount_amount as seller_receipts,
        freight_amount,
        platform_discount_amount,
        seller_discount_amount,
        refund_amount,
        gmv - refund_amount as net_sales,
        net_sales_by_order,
        refunded_order_count,
        repeat_gmv,
        repeat_gmv / nullif(identified_gmv, 0) as repeat_gmv_share,
        order_fee_amount + fee_amount as platform_fee_amount,
        ad_cost_amount,
        commission_amount,
        cost_of_goods_amount,
        net_sales_by_order
        + platform_discount_amount
        - cost_of_goods_amount
        - order_fee_amount
        - fee_amount
        - ad_cost_amount
        - commission_amount
        - freight_cost_amount as contribution_profit_costed,
        case when carries_costs then uncosted_line_count else 0 end
            as uncosted_line_count,
        unpaid_order_count,
        excluded_order_count,
        fx_missing_count
    from measured
),

published as (
    select
        shop_id,
        channel,
        sales_date,
        order_count,
        units,
        buyers,
        new_buyers,
        repeat_buyers,
        anonymous_order_count,
        gmv,
        goods_sales,
        seller_receipts,
        freight_amount,
        platform_discount_amount,
        seller_discount_amount,
        refund_amount,
        net_sales,
        net_sales_by_order,
        refunded_order_count,
        repeat_gmv,
        repeat_gmv_share,
        platform_fee_amount,
        ad_cost_amount,
        commission_amount,
        cost_of_goods_amount,
        case when uncosted_line_count = 0 then contribution_profit_costed end
            as contribution_profit,
        uncosted_line_count,
        unpaid_order_count,
        excluded_order_count,
        fx_missing_count
    from figured
)

select * from published
