{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='record_key',
    touched={'model': 'int_stock_touched', 'columns': ['record_key']},
) }}

with

moves as (
    {{ touched_rows('int_stock_unioned', ['record_key'], among='int_stock_touched') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

{{ newest_records('moves') }},

placed as (
    select
        newest.*,
        coalesce(shops.shop_id, 'unknown') as known_shop_id,
        {{ local_date(
            'newest.moved_at', "coalesce(shops.time_zone, 'Asia/Shanghai')"
        ) }} as moved_date,
        {{ local_date(
            'newest.moved_at', "coalesce(shops.time_zone, 'Asia/Shanghai')"
        ) }} as fx_date,
        case
            when newest.kind in ('out_sale', 'out_agent', 'return_out')
                then -abs(newest.quantity)
            else newest.quantity
        end as signed_quantity
    from newest
    left join shops on newest.shop_id = shops.shop_id
),

{{ rates_of('placed') }},

converted as (
    select
        placed.record_key,
        placed.move_id,
        placed.platform_id,
        placed.known_shop_id as shop_id,
        placed.shop_id as stated_shop_id,
        placed.holder_ref as holder_id,
        placed.counter_holder_ref as counter_holder_id,
        placed.holder_ref in ({{ own_places() }}) as is_own_place,
        placed.sku_id,
        placed.level,
        placed.stock_owner,
        placed.kind,
        placed.quantity,
        placed.signed_quantity,
        placed.kind = 'out_sale'
        and coalesce(placed.to_consumer, true) as is_to_consumer,
        placed.moved_at,
        placed.moved_date,
        placed.unit_cost_amount * rated.fx_rate as unit_cost_amount,
        placed.unit_cost_amount as unit_cost_amount_original,
        placed.currency,
        placed.supplier_id,
        placed.fx_date,
        placed.load_seq,
        placed.source_ref
    from placed
    left join rated
        on placed.currency = rated.currency and placed.fx_date = rated.fx_date
)

select * from converted
