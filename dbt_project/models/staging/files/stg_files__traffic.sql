with

source as (
    select * from {{ source('raw', 'files__traffic') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('listing_id') }} as listing_id,
        {{ platform_id_of('sku_id') }} as sku_id,

        -- facts
        {{ payload('stat_date', 'date') }} as stat_date,
        {{ payload('visitors', 'bigint') }} as visitors,
        {{ payload('channel') }} as channel,
        {{ payload('entry') }} as entry,
        {{ payload('page_views', 'bigint') }} as page_views,
        {{ payload('impressions', 'bigint') }} as impressions,
        {{ payload('clicks', 'bigint') }} as clicks,
        {{ payload('add_to_cart_visitors', 'bigint') }} as add_to_cart_visitors,
        {{ payload('platform_buyers', 'bigint') }} as platform_buyers,
        {{ payload('platform_gmv', 'numeric') }} as platform_gmv,
        {{ payload('currency') }} as currency,
        {{ payload('definition_id') }} as definition_id,

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
                'stat_date',
                'visitors',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
