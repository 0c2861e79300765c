with

source as (
    select * from {{ source('raw', 'woocommerce__members') }}
),

-- who used a code accepted the invitation of its owner
renamed as (
    select
        -- keys
        'woocommerce' as platform_id,
        {{ payload('_source.member_ref') }} as member_ref,
        'woocommerce:coupons' as programme_id,
        {{ payload('_source.shop_id') }} as shop_id,
        'woocommerce:' || {{ payload('_source.parent_key') }} as invite_id,
        'woocommerce:' || {{ payload('code') }} as link_id,

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
