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
    select * from {{ ref('int_ads_unioned') }}
    {% if only_touched() -%}
    where record_key in (select record_key from {{ ref('int_ads_touched') }})
    {%- endif %}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by record_key
            order by source_rank asc, load_seq desc, source_ref desc
        ) as version_no
    from ads
),

newest as (
    select
        versions.*,
        versions.stat_date as fx_date,
        coalesce(shops.shop_id, 'unknown') as known_shop_id
    from versions
    left join shops on versions.shop_id = shops.shop_id
    where versions.version_no = 1
),

pairs as (
    select
        currency,
        fx_date
    from newest
    group by currency, fx_date
),

{{ rated_pairs() }},

converted as (
    select
        newest.record_key,
        newest.known_shop_id as shop_id,
        newest.shop_id as stated_shop_id,
        newest.ad_platform,
        newest.campaign_id,
        newest.ad_id,
        newest.keyword,
        newest.listing_id,
        newest.stat_date,
        'unknown' as channel,
        newest.impressions,
        newest.clicks,
        newest.cost_amount * rated.fx_rate as cost_amount,
        newest.cost_amount as cost_amount_original,
        newest.currency,
        newest.attributed_orders,
        newest.attributed_gmv * rated.fx_rate as attributed_gmv,
        newest.window_days,
        newest.industry_click_rate,
        newest.ad_rank,
        newest.stat_date as sales_date,
        newest.fx_date,
        newest.load_seq,
        newest.source_ref
    from newest
    left join rated
        on newest.currency = rated.currency and newest.fx_date = rated.fx_date
)

select * from converted
