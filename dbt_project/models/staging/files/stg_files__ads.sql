with

source as (
    select * from {{ source('raw', 'files__ads') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('campaign_id') }} as campaign_id,
        {{ platform_id_of('ad_id') }} as ad_id,
        {{ platform_id_of('listing_id') }} as listing_id,

        -- facts
        {{ payload('ad_platform') }} as ad_platform,
        {{ payload('stat_date', 'date') }} as stat_date,
        {{ payload('cost_amount', 'numeric') }} as cost_amount,
        {{ payload('currency') }} as currency,
        {{ payload('keyword') }} as keyword,
        {{ payload('impressions', 'bigint') }} as impressions,
        {{ payload('clicks', 'bigint') }} as clicks,
        {{ payload('attributed_orders', 'bigint') }} as attributed_orders,
        {{ payload('attributed_gmv', 'numeric') }} as attributed_gmv,
        {{ payload('window_days', 'bigint') }} as window_days,
        {{ payload('industry_click_rate', 'numeric') }} as industry_click_rate,
        {{ payload('ad_rank', 'numeric') }} as ad_rank,

        -- where it came from
        load_id,
        record_key,
        observed_at,
        source_ref
    from source
),

judged as (
    select
        *,
        {{ reject_reason(
            required=[
                'platform_id',
                'shop_id',
                'ad_platform',
                'campaign_id',
                'stat_date',
                'cost_amount',
                'currency',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
