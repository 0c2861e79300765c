with

source as (
    select * from {{ source('raw', 'web__listings') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('listing_id') }} as listing_id,
        {{ platform_id_of('sku_id') }} as sku_id,
        {{ crawled_shop('shop_id') }} as shop_id,
        {{ platform_id_of('family_id') }} as family_id,
        {{ platform_id_of('platform_category_id') }} as platform_category_id,
        {{ platform_id_of('activity_id') }} as activity_id,

        -- facts
        {{ payload('observed_at', 'timestamptz') }} as observed_at,
        {{ payload('currency') }} as currency,
        {{ payload('title') }} as title,
        {{ payload('brand') }} as brand,
        {{ payload('category_path') }} as category_path,
        {{ payload('is_self_run', 'boolean') }} as is_self_run,
        {{ payload('listed_at', 'timestamptz') }} as listed_at,
        {{ payload('status') }} as status,
        {{ payload('list_price', 'numeric') }} as list_price,
        {{ payload('price', 'numeric') }} as price,
        {{ payload('activity_price', 'numeric') }} as activity_price,
        {{ payload('coupon_amount', 'numeric') }} as coupon_amount,
        {{ payload('coupon_min_amount', 'numeric') }} as coupon_min_amount,
        {{ payload('final_price', 'numeric') }} as final_price,
        {{ payload('member_price', 'numeric') }} as member_price,
        {{ payload('group_price', 'numeric') }} as group_price,
        {{ payload('group_size', 'bigint') }} as group_size,
        {{ payload('counter_text') }} as counter_text,
        {{ payload('counter_type') }} as counter_type,
        {{ payload('counter_lo', 'numeric') }} as counter_lo,
        {{ payload('counter_hi', 'numeric') }} as counter_hi,
        {{ payload('counter_scope') }} as counter_scope,
        {{ payload('review_count', 'bigint') }} as review_count,
        {{ payload('rating', 'numeric') }} as rating,
        {{ payload('stock', 'bigint') }} as stock,
        {{ payload('rank', 'bigint') }} as rank,
        {{ payload('rank_list') }} as rank_list,
        {{ payload('is_ad', 'boolean') }} as is_ad,
        {{ payload('page_no', 'bigint') }} as page_no,
        {{ payload('position', 'bigint') }} as position,
        {{ payload('attributes') }} as attributes,

        -- where it came from
        load_id,
        record_key,
        source_ref
    from source
),

judged as (
    select
        *,
        {{ reject_reason(
            required=[
                'platform_id',
                'listing_id',
                'observed_at',
                'currency',
            ],
            accepted={
                'status': ['on', 'sold_out', 'off', 'banned'],
                'counter_type': [
                    'exact_lifetime',
                    'lifetime',
                    'rolling_30d',
                    'badge_recent',
                ],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
