{#
    The goods of valid orders with what a unit of each cost, as CTEs that end in
    costed_goods. They want valid_orders, refunds_of_lines, lines and costs before them.
#}
{% macro costed_goods_steps() -%}
    -- what was returned of each line, as far as its refunds say so
    returned as (
        select
            refunds_of_lines.line_id,
            sum(refunds_of_lines.quantity) as returned_quantity
        from refunds_of_lines
        inner join valid_orders on refunds_of_lines.order_id = valid_orders.order_id
        group by refunds_of_lines.line_id
    ),

    goods as (
        select
            valid_orders.shop_id,
            valid_orders.channel,
            valid_orders.paid_date as sales_date,
            valid_orders.order_id,
            valid_orders.customer_id,
            valid_orders.refunded_amount,
            valid_orders.paid_amount,
            lines.line_id,
            lines.line_paid_amount,
            lines.listing_id,
            lines.sku_id,
            lines.seller_sku,
            lines.is_gift,
            lines.quantity,
            lines.unit_cost_amount
        from valid_orders
        inner join lines on valid_orders.order_id = lines.order_id
    ),

    products as (
        select
            listing_id,
            sku_id,
            seller_sku,
            sales_date
        from goods
        group by listing_id, sku_id, seller_sku, sales_date
    ),

    priced_products as (
        select
            products.listing_id,
            products.sku_id,
            products.seller_sku,
            products.sales_date,
            coalesce(
                sku_costs.unit_cost_amount,
                seller_sku_costs.unit_cost_amount,
                listing_costs.unit_cost_amount
            ) as unit_cost_amount,
            coalesce(
                sku_costs.freight_unit_amount,
                seller_sku_costs.freight_unit_amount,
                listing_costs.freight_unit_amount
            ) as freight_unit_amount,
            coalesce(
                sku_costs.currency, seller_sku_costs.currency, listing_costs.currency
            ) as currency,
            products.sales_date as fx_date
        from products
        left join costs as sku_costs
            on
                sku_costs.product_kind = 'sku'
                and products.sku_id = sku_costs.product_id
                and {{ holds_on(
                    'products.sales_date', 'sku_costs.valid_from', 'sku_costs.valid_to'
                ) }}
        left join costs as seller_sku_costs
            on
                seller_sku_costs.product_kind = 'seller_sku'
                and products.seller_sku = seller_sku_costs.product_id
                and {{ holds_on(
                    'products.sales_date',
                    'seller_sku_costs.valid_from',
                    'seller_sku_costs.valid_to'
                ) }}
        left join costs as listing_costs
            on
                listing_costs.product_kind = 'listing'
                and products.listing_id = listing_costs.product_id
                and {{ holds_on(
                    'products.sales_date',
                    'listing_costs.valid_from',
                    'listing_costs.valid_to'
                ) }}
    ),

    pairs as (
        select
            currency,
            fx_date
        from priced_products
        where currency is not null
        group by currency, fx_date
    ),

    {{ rated_pairs() }},

    costed_products as (
        select
            priced_products.listing_id,
            priced_products.sku_id,
            priced_products.seller_sku,
            priced_products.sales_date,
            priced_products.unit_cost_amount * rated.fx_rate as unit_cost_amount,
            priced_products.freight_unit_amount * rated.fx_rate as freight_unit_amount
        from priced_products
        inner join rated
            on
                priced_products.currency = rated.currency
                and priced_products.fx_date = rated.fx_date
    ),

    -- the line's own cost comes before the list of costs
    costed_goods as (
        select
            goods.*,
            coalesce(goods.unit_cost_amount, costed_products.unit_cost_amount)
                as known_unit_cost_amount,
            goods.quantity * costed_products.freight_unit_amount as freight_cost_amount,
            goods.quantity - coalesce(returned.returned_quantity, 0) as kept_quantity
        from goods
        left join returned on goods.line_id = returned.line_id
        left join costed_products
            on
                goods.listing_id = costed_products.listing_id
                and goods.sales_date = costed_products.sales_date
                and goods.sku_id is not distinct from costed_products.sku_id
                and goods.seller_sku is not distinct from costed_products.seller_sku
    )
{%- endmacro %}
