with

stock as (
    select * from {{ ref('agg_stock_daily') }}
    where is_own_place
),

coverage as (
    select * from {{ ref('fct_coverage_daily') }}
    where covered_kind = 'shop' and stream = 'stock'
),

dates as (
    select * from {{ ref('dim_date') }}
),

skus as (
    select * from {{ ref('dim_skus') }}
),

costs as (
    select * from {{ ref('int_costs') }}
),

last_days as (
    select
        covered_id as shop_id,
        max(case when is_delivered then coverage_date end) as last_date
    from coverage
    group by covered_id
),

-- from the first move of a SKU to the last day whose moves were delivered
held as (
    select
        stock.holder_id,
        stock.sku_id,
        min(stock.platform_id) as platform_id,
        min(stock.shop_id) as shop_id,
        min(stock.stock_date) as first_date,
        greatest(max(stock.stock_date), max(last_days.last_date)) as last_date
    from stock
    left join last_days on stock.shop_id = last_days.shop_id
    group by stock.holder_id, stock.sku_id
),

-- a stock list may name a SKU by the seller's own code
products as (
    select
        held.holder_id,
        held.sku_id,
        min(skus.sku_id) as product_sku_id,
        min(skus.listing_id) as listing_id,
        min(skus.seller_sku) as seller_sku
    from held
    left join skus
        on
            held.sku_id = skus.sku_id
            or held.sku_id = held.platform_id || ':' || skus.seller_sku
    group by held.holder_id, held.sku_id
),

spine as (
    select
        held.holder_id,
        held.sku_id,
        held.platform_id,
        dates.date_day as stock_date,
        dates.festival_weight,
        coverage.is_delivered is not false as is_delivered,
        coalesce(stock.in_units, 0) as in_units,
        coalesce(stock.out_units, 0) as out_units,
        coalesce(stock.adjusted_units, 0) as adjusted_units,
        coalesce(stock.consumer_units, 0) as consumer_units,
        stock.unit_cost_amount,
        stock.supplier_id
    from held
    inner join dates on dates.date_day between held.first_date and held.last_date
    left join coverage
        on
            held.shop_id = coverage.covered_id
            and dates.date_day = coverage.coverage_date
    left join stock
        on
            held.holder_id = stock.holder_id
            and held.sku_id = stock.sku_id
            and dates.date_day = stock.stock_date
),

leveled as (
    select
        *,
        sum(in_units - out_units + adjusted_units) over days_so_far as closing_units,
        count(unit_cost_amount) over days_so_far as cost_no,
        count(supplier_id) over days_so_far as supplier_no
    from spine
    window
        days_so_far as (
            partition by holder_id, sku_id order by stock_date
            rows between unbounded preceding and current row
        )
),

-- goods were there to sell on a day that began with some or got some
stocked as (
    select
        *,
        closing_units - in_units + out_units - adjusted_units as opening_units,
        case
            when closing_units + out_units - least(adjusted_units, 0) > 0
                then consumer_units
        end as sold_from_stock,
        max(unit_cost_amount) over (
            partition by holder_id, sku_id, cost_no
        ) as last_unit_cost_amount,
        max(supplier_id) over (
            partition by holder_id, sku_id, supplier_no
        ) as last_supplier_id
    from leveled
),

rated as (
    select
        *,
        case
            when count(sold_from_stock) over four_weeks >= 7
                then avg(sold_from_stock) over four_weeks
        end as sell_rate
    from stocked
    window
        four_weeks as (
            partition by holder_id, sku_id order by stock_date
            rows between 27 preceding and current row
        )
),

lead_times as (
    select
        products.holder_id,
        products.sku_id,
        costs.valid_from,
        costs.valid_to,
        costs.unit_cost_amount,
        costs.currency,
        costs.lead_time_days,
        case costs.product_kind when 'sku' then 1 when 'seller_sku' then 2 else 3 end
            as kind_no
    from products
    inner join costs
        on
            coalesce(products.product_sku_id, products.sku_id) = costs.product_id
            and costs.product_kind = 'sku'
            or products.seller_sku = costs.product_id
            and costs.product_kind = 'seller_sku'
            or products.listing_id = costs.product_id
            and costs.product_kind = 'listing'
),

-- the list of costs by SKU before that by code or listing
listed as (
    select
        rated.holder_id,
        rated.sku_id,
        rated.stock_date,
        min(lead_times.kind_no) as kind_no
    from rated
    inner join lead_times
        on
            rated.holder_id = lead_times.holder_id
            and rated.sku_id = lead_times.sku_id
            and {{ holds_on(
                'rated.stock_date', 'lead_times.valid_from', 'lead_times.valid_to'
            ) }}
    group by rated.holder_id, rated.sku_id, rated.stock_date
),

figured as (
    select
        rated.holder_id,
        rated.sku_id,
        rated.stock_date,
        rated.is_delivered,
        rated.opening_units,
        rated.in_units,
        rated.out_units,
        rated.adjusted_units,
        rated.closing_units,
        rated.closing_units * coalesce(
            rated.last_unit_cost_amount,
            case
                when lead_times.currency = '{{ var("reporting_currency") }}'
                    then lead_times.unit_cost_amount
            end
        ) as closing_value,
        rated.sell_rate,
        rated.closing_units / nullif(rated.sell_rate, 0) as days_cover,
        rated.closing_units <= 0 as is_out_of_stock,
        coalesce(lead_times.lead_time_days, {{ var('default_lead_time_days') }})
            as lead_time_days,
        case
            when rated.closing_units > 0 then 0
            else rated.sell_rate * rated.festival_weight * 365
        end as lost_units_est,
        rated.last_supplier_id as supplier_id
    from rated
    left join listed
        on
            rated.holder_id = listed.holder_id
            and rated.sku_id = listed.sku_id
            and rated.stock_date = listed.stock_date
    left join lead_times
        on
            listed.holder_id = lead_times.holder_id
            and listed.sku_id = lead_times.sku_id
            and listed.kind_no = lead_times.kind_no
            and {{ holds_on(
                'listed.stock_date', 'lead_times.valid_from', 'lead_times.valid_to'
            ) }}
),

published as (
    select
        holder_id,
        sku_id,
        stock_date,
        {% for measure in [
            'opening_units', 'in_units', 'out_units', 'adjusted_units', 'closing_units',
            'closing_value', 'sell_rate', 'days_cover',
        ] -%}
        case when is_delivered then {{ measure }} end as {{ measure }},
        {% endfor -%}
        case when is_delivered then is_out_of_stock end as is_out_of_stock,
        case
            when is_delivered
                then is_out_of_stock or coalesce(days_cover < lead_time_days, false)
        end as is_at_risk,
        case when is_delivered then lost_units_est end as lost_units_est,
        supplier_id
    from figured
)

select * from published
