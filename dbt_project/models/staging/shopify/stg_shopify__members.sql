with

source as (
    select * from {{ source('raw', 'shopify__members') }}
),

-- who used a code accepted the invitation of its owner
renamed as (
    select
        -- keys
        'shopify' as platform_id,
        {{ payload('_source.member_ref') }} as member_ref,
        'shopify:discount_codes' as programme_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'shopify:' || {{ payload('_source.parent_key') }} as invite_id,
        'shopify:' || {{ payload('code') }} as link_id,

        -- facts
        'accepted' as event,
        {{ payload('_source.occurred_at', 'timestamptz') }} as occurred_at,
        'code' as tool,
        {{ unsaid('members', [
            'parent_ref', 'inviter_ref', 'campaign_id', 'level', 'fee_amount',
            'purchase_amount', 'currency',
        ]) }},

        -- where it came from
        {{ provenance() }}
    from source
),

judged as (
    select
        {{ judged('members') }}
    from renamed
)

select * from judged
