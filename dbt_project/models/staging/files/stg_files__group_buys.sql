with

source as (
    select * from {{ source('raw', 'files__group_buys') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('group_id') }} as group_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('campaign_id') }} as campaign_id,
        {{ platform_id_of('listing_id') }} as listing_id,
        {{ payload('member_ref') }} as member_ref,
        {{ platform_id_of('order_id') }} as order_id,

        -- facts
        {{ payload('event') }} as event,
        {{ payload('occurred_at', 'timestamptz') }} as occurred_at,
        {{ payload('size_needed', 'bigint') }} as size_needed,
        {{ payload('is_new_buyer', 'boolean') }} as is_new_buyer,
        {{ payload('group_price', 'numeric') }} as group_price,
        {{ payload('single_price', 'numeric') }} as single_price,
        {{ payload('currency') }} as currency,

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
                'group_id',
                'event',
                'occurred_at',
            ],
            accepted={
                'event': ['opened', 'joined', 'filled', 'expired'],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
