with

source as (
    select * from {{ source('raw', 'woocommerce__links') }}
),

-- a coupon is a link without clicks
renamed as (
    select
        -- keys
        'woocommerce' as platform_id,
        'woocommerce:' || {{ payload('code') }} as link_id,
        'woocommerce:coupons' as programme_id,
        {{ payload('_source.shop_id') }} as shop_id,

        -- facts
        cast({{ payload_local_time('date_modified_gmt', '+00:00') }} as date)
            as stat_date,
        {{ unsaid('links', ['owner_ref', 'clicks', 'distinct_clickers']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

judged as (
    select
        {{ judged('links') }}
    from renamed
)

select * from judged
