{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['holder_id', 'sku_id', 'stock_date'],
    touched={'model': 'int_stock_skus_touched', 'columns': ['sku_id']},
) }}

with

moves as (
    {{ touched_rows('fct_stock_moves', ['sku_id'], among='int_stock_skus_touched') }}
),

-- a second opening of a holder's stock is a statement, not a move
numbered as (
    select
        *,
        row_number() over (
            partition by holder_id, sku_id, kind order by moved_at, move_id
        ) as kind_no,
        row_number() over (
            partition by
                holder_id,
                sku_id,
                moved_date,
                case when unit_cost_amount is null then 1 else 0 end
            order by moved_at desc, move_id desc
        ) as cost_no,
        row_number() over (
            partition by
                holder_id,
                sku_id,
                moved_date,
                case when supplier_id is null then 1 else 0 end
            order by moved_at desc, move_id desc
        ) as supplier_no
    from moves
    where is_own_place or stock_owner is distinct from 'company'
),

added as (
    select
        holder_id,
        sku_id,
        moved_date as stock_date,
        min(platform_id) as platform_id,
        min(shop_id) as shop_id,
        holder_id in ({{ own_places() }}) as is_own_place,
        sum(case when kind = 'opening' and kind_no = 1 then signed_quantity else 0 end)
            as opened_units,
        sum(case when kind = 'in' then signed_quantity else 0 end) as received_units,
        sum(
            case
                when kind = 'in' and counter_holder_id not in ({{ own_places() }})
                    then signed_quantity
                else 0
            end
        ) as agent_in_units,
        sum(
            case
                when kind = 'out_agent' then -signed_quantity
                when kind = 'out_sale' and not is_to_consumer then -signed_quantity
                else 0
            end
        ) as agent_out_units,
        sum(
            case
                when kind in ('return_in', 'return_out') then signed_quantity else 0
            end
        ) as returned_units,
        sum(
            case
                when kind in ('in', 'return_in') then signed_quantity
                when kind = 'opening' and kind_no = 1 then signed_quantity
                else 0
            end
        ) as in_units,
        sum(
            case
                when kind in ('out_sale', 'out_agent', 'return_out')
                    then -signed_quantity
                else 0
            end
        ) as out_units,
        sum(case when kind = 'adjust' then signed_quantity else 0 end)
            as adjusted_units,
        sum(case when is_to_consumer then -signed_quantity else 0 end)
            as consumer_units,
        max(case when cost_no = 1 then unit_cost_amount end) as unit_cost_amount,
        max(case when supplier_no = 1 then supplier_id end) as supplier_id
    from numbered
    group by holder_id, sku_id, moved_date
)

select * from added
