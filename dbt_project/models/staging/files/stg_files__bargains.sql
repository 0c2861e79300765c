with

source as (
    select * from {{ source('raw', 'files__bargains') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('session_id') }} as session_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('campaign_id') }} as campaign_id,
        {{ payload('member_ref') }} as member_ref,
        {{ platform_id_of('order_id') }} as order_id,

        -- facts
        {{ payload('event') }} as event,
        {{ payload('occurred_at', 'timestamptz') }} as occurred_at,
        {{ payload('is_new_member', 'boolean') }} as is_new_member,
        {{ payload('list_price', 'numeric') }} as list_price,
        {{ payload('floor_price', 'numeric') }} as floor_price,
        {{ payload('price_after', 'numeric') }} as price_after,
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
                'session_id',
                'event',
                'occurred_at',
            ],
            accepted={
                'event': ['started', 'helped', 'bought', 'expired'],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
