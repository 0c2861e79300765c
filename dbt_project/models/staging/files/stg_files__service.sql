with

source as (
    select * from {{ source('raw', 'files__service') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('conversation_id') }} as conversation_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('agent_id') }} as agent_id,
        {{ payload('buyer_ref') }} as buyer_ref,
        {{ platform_id_of('order_id') }} as order_id,
        {{ platform_id_of('community_id') }} as community_id,

        -- facts
        {{ payload('sender') }} as sender,
        {{ payload('sent_at', 'timestamptz') }} as sent_at,
        {{ payload('topic') }} as topic,
        {{ payload('ticket_kind') }} as ticket_kind,
        {{ payload('closed_at', 'timestamptz') }} as closed_at,
        {{ payload('resolved_flag', 'boolean') }} as resolved_flag,

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
                'conversation_id',
                'shop_id',
                'sender',
                'sent_at',
            ],
            accepted={
                'sender': ['buyer', 'human', 'machine', 'system'],
                'ticket_kind': ['quality', 'wrong_or_missing', 'tracking', 'other'],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
