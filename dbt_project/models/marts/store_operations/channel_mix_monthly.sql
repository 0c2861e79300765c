with

sales as (
    select * from {{ ref('shop_sales_daily') }}
    where channel <> 'all'
),

shops as (
    select * from {{ ref('dim_shops') }}
    where is_own
),

buyers as (
    select * from {{ ref('agg_channel_buyers_monthly') }}
),

classes as (
    select * from {{ ref('agg_order_classes_daily') }}
),

customers as (
    select * from {{ ref('int_owner_customers') }}
),

predictions as (
    select * from {{ ref('stg_ops__customer_predictions') }}
),

spans as (
    select max(sales_date) as last_date from sales
    where gmv is not null
),

sold as (
    select
        coalesce(shops.owner_id, shops.shop_id) as owner_id,
        sales.channel,
        {{ month_of('sales.sales_date') }} as month_date,
        sum(sales.gmv) as gmv,
        sum(sales.net_sales_by_order) as net_sales_by_order,
        case
            when count(sales.contribution_profit) = count(sales.gmv)
                then sum(sales.contribution_profit)
        end as contribution_profit,
        case
            when count(sales.ad_cost_amount) = count(sales.gmv)
                then sum(sales.ad_cost_amount)
        end as ad_cost_amount,
        case
            when count(sales.commission_amount) = count(sales.gmv)
                then sum(sales.commission_amount)
        end as commission_amount
    from sales
    inner join shops on sales.shop_id = shops.shop_id
    group by
        coalesce(shops.owner_id, shops.shop_id),
        sales.channel,
        {{ month_of('sales.sales_date') }}
),

classed as (
    select
        coalesce(shops.owner_id, shops.shop_id) as owner_id,
        classes.channel,
        {{ month_of('classes.sales_date') }} as month_date,
        sum(classes.identified_order_count) as identified_order_count,
        sum(classes.repeat_buys + classes.referred_first_buys) as self_cycle_count,
        sum(classes.first_order_commission_amount) as first_order_commission_amount
    from classes
    inner join shops on classes.shop_id = shops.shop_id
    group by
        coalesce(shops.owner_id, shops.shop_id),
        classes.channel,
        {{ month_of('classes.sales_date') }}
),

came as (
    select
        customers.owner_id,
        customers.first_channel as channel,
        {{ month_of('customers.first_date') }} as month_date,
        count(*) as new_customers,
        sum(case when customers.purchase_day_count = 1 then 1 else 0 end)
            as one_time_buyers,
        avg(predictions.exp_value_12m_est) as value_12m_per_new_customer
    from customers
    left join predictions
        on
            customers.first_shop_id = predictions.shop_id
            and customers.customer_id = predictions.customer_id
    group by
        customers.owner_id,
        customers.first_channel,
        {{ month_of('customers.first_date') }}
),

joined as (
    select
        sold.owner_id,
        sold.channel,
        sold.month_date,
        sold.gmv,
        sold.net_sales_by_order,
        sold.contribution_profit,
        coalesce(buyers.buyers, 0) as buyers,
        coalesce(came.new_customers, 0) as new_customers,
        sold.ad_cost_amount
        + coalesce(classed.first_order_commission_amount, 0) as acquisition_cost_amount,
        sold.ad_cost_amount + sold.commission_amount as all_cost_amount,
        {{ days_after(
            'cast(' ~ dbt.dateadd('month', 1, 'sold.month_date') ~ ' as date)', 179
        ) }} <= spans.last_date as is_old,
        coalesce(came.one_time_buyers, 0) as one_time_buyers,
        came.value_12m_per_new_customer,
        buyers.identified_buyers,
        classed.self_cycle_count,
        classed.identified_order_count,
        {{ days_after(
            'cast(' ~ dbt.dateadd('month', 1, 'sold.month_date') ~ ' as date)', -1
        ) }} > spans.last_date as is_partial
    from sold
    cross join spans
    left join buyers
        on
            sold.owner_id = buyers.owner_id
            and sold.channel = buyers.channel
            and sold.month_date = buyers.month_date
    left join classed
        on
            sold.owner_id = classed.owner_id
            and sold.channel = classed.channel
            and sold.month_date = classed.month_date
    left join came
        on
            sold.owner_id = came.owner_id
            and sold.channel = came.channel
            and sold.month_date = came.month_date
),

figured as (
    select
        owner_id,
        channel,
        month_date,
        gmv,
        gmv / nullif(sum(gmv) over owner_months, 0) as gmv_share,
        net_sales_by_order,
        contribution_profit,
        buyers,
        new_customers,
        new_customers
        / nullif(sum(new_customers) over owner_months, 0) as new_customer_share,
        acquisition_cost_amount,
        acquisition_cost_amount / nullif(new_customers, 0) as cac,
        case
            when count(all_cost_amount) over owner_months = count(gmv) over owner_months
                then sum(all_cost_amount) over owner_months
        end / nullif(sum(new_customers) over owner_months, 0) as blended_cac,
        case when is_old then cast(one_time_buyers as numeric) end
        / nullif(identified_buyers, 0) as one_time_buyer_share,
        value_12m_per_new_customer,
        value_12m_per_new_customer
        / nullif(acquisition_cost_amount / nullif(new_customers, 0), 0)
            as ltv_to_cac_ratio,
        cast(self_cycle_count as numeric)
        / nullif(identified_order_count, 0) as self_cycle_buyer_share,
        is_partial
    from joined
    window owner_months as (partition by owner_id, month_date)
)

select * from figured
