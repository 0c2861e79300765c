with

source as (
    select * from {{ source('raw', 'files__price_policies') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('listing_id') }} as listing_id,
        {{ payload('sku_id') }} as sku_id,
        {{ payload('own_listing_id') }} as own_listing_id,
        {{ payload('shop_id') }} as shop_id,

        -- facts
        {{ payload('policy_id') }} as policy_id,
        {{ payload('policy_price', 'numeric') }} as policy_price,
        {{ payload('currency') }} as currency,
        {{ payload('valid_from', 'date') }} as valid_from,
        {{ payload('valid_to', 'date') }} as valid_to,
        {{ payload('seller_sku') }} as seller_sku,
        {{ payload('seller_kind') }} as seller_kind,
        {{ payload('channel') }} as channel,

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
                'policy_id',
                'policy_price',
                'currency',
                'valid_from',
            ],
            accepted={
                'seller_kind': ['own', 'dealer', 'unknown'],
            },
            one_of=[['listing_id', 'sku_id', 'seller_sku', 'own_listing_id']],
        ) }} as reject_reason
    from renamed
)

select * from judged
