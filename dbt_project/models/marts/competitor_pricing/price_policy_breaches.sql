{{ config(
    indexes=[
        {'columns': ['breach_id'], 'unique': true},
        {'columns': ['shop_id', 'first_seen_at']},
    ],
) }}

with

breaches as (
    select * from {{ ref('agg_price_policy_breaches') }}
)

select * from breaches
