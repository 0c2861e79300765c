{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['product_kind', 'product_id', 'valid_from'],
    touched={'all': true},
    touches='days_of_costs',
) }}

-- depends_on: {{ ref('int_shop_days_logged') }}
-- depends_on: {{ ref('fct_order_lines') }}
-- depends_on: {{ ref('int_orders_resolved') }}

with

costs as (
    select * from {{ reference_rows('costs') }} as kept
),

named as (
    select
        'sku' as product_kind,
        costs.sku_id as product_id,
        costs.*
    from costs
    where costs.sku_id is not null
    union all
    select
        'seller_sku' as product_kind,
        costs.seller_sku as product_id,
        costs.*
    from costs
    where costs.sku_id is null and costs.seller_sku is not null
    union all
    select
        'listing' as product_kind,
        costs.listing_id as product_id,
        costs.*
    from costs
    where
        costs.sku_id is null
        and costs.seller_sku is null
        and costs.listing_id is not null
),

-- one row per product and day on which a cost begins: the newest file's
chosen as (
    select
        *,
        row_number() over (
            partition by product_kind, product_id, valid_from
            order by load_seq desc, source_ref desc
        ) as choice_no
    from named
),

-- a cost ends where the next one begins, where the file ends it, or where it left it
ranged as (
    select
        product_kind,
        product_id,
        valid_from,
        {{ earlier_end(
            earlier_end('valid_to', 'closed_date'),
            'lead(valid_from) over (
                partition by product_kind, product_id order by valid_from
            )'
        ) }} as valid_to,
        unit_cost_amount,
        freight_unit_amount,
        currency,
        basis,
        lead_time_days
    from chosen
    where choice_no = 1
)

select * from ranged
