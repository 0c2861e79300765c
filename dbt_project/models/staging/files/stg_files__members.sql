with

source as (
    select * from {{ source('raw', 'files__members') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('member_ref') }} as member_ref,
        {{ platform_id_of('programme_id') }} as programme_id,
        {{ payload('shop_id') }} as shop_id,
        {{ payload('parent_ref') }} as parent_ref,
        {{ payload('inviter_ref') }} as inviter_ref,
        {{ platform_id_of('campaign_id') }} as campaign_id,
        {{ platform_id_of('invite_id') }} as invite_id,
        {{ platform_id_of('link_id') }} as link_id,

        -- facts
        {{ payload('event') }} as event,
        {{ payload('occurred_at', 'timestamptz') }} as occurred_at,
        {{ payload('level') }} as level,
        {{ payload('fee_amount', 'numeric') }} as fee_amount,
        {{ payload('purchase_amount', 'numeric') }} as purchase_amount,
        {{ payload('currency') }} as currency,
        {{ payload('tool') }} as tool,

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
                'member_ref',
                'event',
                'occurred_at',
                'programme_id',
            ],
            accepted={
                'event': [
                    'invited',
                    'accepted',
                    'joined',
                    'left',
                    'moved',
                    'level_changed',
                ],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
