{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='record_key',
    touched={'model': 'int_traffic_touched', 'columns': ['record_key']},
) }}

with

traffic as (
    {{ touched_rows(
        'int_traffic_unioned', ['record_key'], among='int_traffic_touched'
    ) }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

{{ newest_records('traffic') }},

placed as (
    select
        newest.*,
        newest.stat_date as fx_date,
        coalesce(newest.currency, shops.currency) as report_currency,
        coalesce(shops.shop_id, 'unknown') as known_shop_id
    from newest
    left join shops on newest.shop_id = shops.shop_id
),

priced as (
    select
        report_currency as currency,
        fx_date
    from placed
    where report_currency is not null
),

{{ rates_of('priced') }},

converted as (
    select
        placed.record_key,
        placed.known_shop_id as shop_id,
        placed.shop_id as stated_shop_id,
        placed.listing_id,
        placed.sku_id,
        placed.channel,
        placed.entry,
        placed.stat_date,
        case
            when placed.listing_id is null and placed.sku_id is null then 'shop'
            else 'listing'
        end as traffic_level,
        placed.visitors,
        placed.page_views,
        placed.impressions,
        placed.clicks,
        placed.add_to_cart_visitors,
        placed.platform_buyers,
        placed.platform_gmv * rated.fx_rate as platform_gmv,
        placed.platform_gmv as platform_gmv_original,
        placed.report_currency as currency,
        placed.definition_id,
        placed.fx_date,
        placed.load_seq,
        placed.source_ref
    from placed
    left join rated
        on placed.report_currency = rated.currency and placed.fx_date = rated.fx_date
)

select * from converted
