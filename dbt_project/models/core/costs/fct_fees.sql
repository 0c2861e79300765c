{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='record_key',
    touched={'model': 'int_fees_touched', 'columns': ['record_key']},
    touches='days_of_charges',
) }}

-- depends_on: {{ ref('int_shop_days_logged') }}

with

{{ dated_charges('fees') }},

converted as (
    select
        charges.record_key,
        charges.order_id,
        charges.line_id,
        charges.known_shop_id as shop_id,
        charges.stated_shop_id,
        charges.kind,
        charges.amount * rated.fx_rate as amount,
        charges.amount as amount_original,
        charges.currency,
        charges.rule_id,
        charges.occurred_at,
        charges.occurred_date,
        charges.channel,
        charges.sales_date,
        charges.fx_date,
        charges.load_seq,
        charges.source_ref
    from charges
    left join rated
        on charges.currency = rated.currency and charges.fx_date = rated.fx_date
)

select * from converted
