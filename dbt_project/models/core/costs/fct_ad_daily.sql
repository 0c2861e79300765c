{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='record_key',
    touched={'model': 'int_ads_touched', 'columns': ['record_key']},
    touches='days_of_charges',
) }}

-- depends_on: {{ ref('int_shop_days_logged') }}

with

ads as (
    {{ touched_rows('int_ads_unioned', ['record_key'], among='int_ads_touched') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

{{ newest_records('ads') }},

placed as (
    select
        newest.*,
        newest.stat_date as fx_date,
        coalesce(shops.shop_id, 'unknown') as known_shop_id
    from newest
    left join shops on newest.shop_id = shops.shop_id
),

{{ rates_of('placed') }},

converted as (
    select
        placed.record_key,
        placed.known_shop_id as shop_id,
        placed.shop_id as stated_shop_id,
        placed.ad_platform,
        placed.campaign_id,
        placed.ad_id,
        placed.keyword,
        placed.listing_id,
        placed.stat_date,
        'unknown' as channel,
        placed.impressions,
        placed.clicks,
        placed.cost_amount * rated.fx_rate as cost_amount,
        placed.cost_amount as cost_amount_original,
        placed.currency,
        placed.attributed_orders,
        placed.attributed_gmv * rated.fx_rate as attributed_gmv,
        placed.window_days,
        placed.industry_click_rate,
        placed.ad_rank,
        placed.stat_date as sales_date,
        placed.fx_date,
        placed.load_seq,
        placed.source_ref
    from placed
    left join rated
        on placed.currency = rated.currency and placed.fx_date = rated.fx_date
)

select * from converted
