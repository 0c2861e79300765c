{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='line_id',
    touched={'model': 'int_orders_touched', 'columns': ['order_id']},
    touches='days_of_order_lines',
) }}

-- depends_on: {{ ref('int_shop_days_logged') }}

with

lines as (
    {{ touched_rows(
        'int_order_lines_unioned',
        ['order_id'],
        among='int_orders_touched'
    ) }}
),

orders as (
    {{ touched_rows('int_orders_resolved', ['order_id'], among='int_orders_touched') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- the lines that came with the newest version of their order: from the same source, and
-- of the same moment of the order or in the same run
matched as (
    select
        lines.line_id,
        lines.order_id,
        lines.listing_id,
        lines.sku_id,
        lines.seller_sku,
        lines.title,
        lines.quantity,
        lines.unit_price,
        lines.line_discount_amount,
        lines.line_paid_amount,
        lines.unit_cost_amount,
        lines.is_gift,
        lines.refund_status,
        lines.updated_at,
        lines.source_name,
        lines.run,
        lines.source_rank,
        lines.load_seq,
        lines.source_ref,
        lines.source_name = orders.source_name
        and (
            lines.updated_at = orders.updated_at or lines.run = orders.run
        ) is true as is_of_version
    from lines
    inner join orders on lines.order_id = orders.order_id
),

anchored as (
    select
        *,
        max(case when is_of_version then 1 else 0 end) over (
            partition by order_id
        ) as has_lines_of_version,
        first_value(source_name) over newest as newest_source_name,
        first_value(run) over newest as newest_run,
        first_value(updated_at) over newest as newest_updated_at
    from matched
    window newest as (
        partition by order_id
        order by
            updated_at desc nulls last,
            source_rank asc,
            load_seq desc,
            source_ref desc
    )
),

-- lines that came apart from their order: those of the newest delivery of lines
belonging as (
    select
        *,
        row_number() over (
            partition by order_id, line_id
            order by
                updated_at desc nulls last,
                source_rank asc,
                load_seq desc,
                source_ref desc
        ) as version_no
    from anchored
    where
        is_of_version
        or (
            has_lines_of_version = 0
            and source_name = newest_source_name
            and (
                run = newest_run
                or updated_at = newest_updated_at
            )
        )
),

-- an order without lines has one of which nothing is known
complete as (
    select
        orders.order_id,
        orders.currency,
        orders.fx_rate,
        orders.paid_amount_original
        - orders.freight_amount_original
        - orders.tax_amount_original as goods_paid_original,
        {{ minor_unit('currencies.minor_unit_digits') }} as minor_unit,
        coalesce(belonging.line_id, orders.order_id || ':unknown') as line_id,
        coalesce(belonging.listing_id, 'unknown') as listing_id,
        belonging.sku_id,
        belonging.seller_sku,
        belonging.title,
        belonging.quantity,
        belonging.unit_price * orders.fx_rate as unit_price,
        belonging.line_discount_amount * orders.fx_rate as line_discount_amount,
        belonging.unit_cost_amount * orders.fx_rate as unit_cost_amount,
        coalesce(belonging.is_gift, false) as is_gift,
        belonging.refund_status,
        coalesce(belonging.line_paid_amount, 0) as weight,
        coalesce(belonging.load_seq, orders.load_seq) as load_seq,
        coalesce(belonging.source_ref, orders.source_ref) as source_ref
    from orders
    left join belonging
        on orders.order_id = belonging.order_id and belonging.version_no = 1
    left join currencies on orders.currency = currencies.currency
),

weighed as (
    select
        *,
        sum(weight) over (partition by order_id) as order_weight,
        sum(quantity) over (partition by order_id) as order_quantity,
        count(*) over (partition by order_id) as line_count
    from complete
),

shared as (
    select
        *,
        case
            when order_weight = goods_paid_original then weight
            when order_weight <> 0 then goods_paid_original * weight / order_weight
            when order_quantity > 0
                then goods_paid_original * coalesce(quantity, 0) / order_quantity
            else goods_paid_original / line_count
        end as exact_share
    from weighed
),

floored as (
    select
        *,
        floor(exact_share / minor_unit) * minor_unit as floor_share
    from shared
),

ranked as (
    select
        *,
        row_number() over (
            partition by order_id
            order by exact_share - floor_share desc, line_id asc
        ) as remainder_no,
        goods_paid_original
        - sum(floor_share) over (partition by order_id) as remainder
    from floored
),

-- largest remainder: so many lines get one more minor unit; what is below a unit, if an
-- amount has more digits than its currency, goes to the first
divided as (
    select
        *,
        floor_share
        + case
            when remainder_no <= floor(remainder / minor_unit) then minor_unit
            else 0
        end
        + case
            when remainder_no = 1
                then remainder - floor(remainder / minor_unit) * minor_unit
            else 0
        end as line_paid_amount_original
    from ranked
),

converted as (
    select
        line_id,
        order_id,
        listing_id,
        sku_id,
        seller_sku,
        title,
        quantity,
        unit_price,
        line_discount_amount,
        line_paid_amount_original * fx_rate as line_paid_amount,
        line_paid_amount_original,
        currency,
        unit_cost_amount,
        is_gift,
        refund_status,
        load_seq,
        source_ref
    from divided
)

select * from converted
