with

source as (
    select * from {{ source('raw', 'youzan__members') }}
),

renamed as (
    select
        -- keys
        'youzan' as platform_id,
        {{ payload('_source.member_ref') }} as member_ref,
        'youzan:salesman' as programme_id,
        {{ payload('_source.shop_id') }} as shop_id,
        {{ payload('_source.inviter_ref') }} as parent_ref,
        {{ payload('_source.inviter_ref') }} as inviter_ref,
        'youzan:' || {{ payload('seller') }} as link_id,

        -- facts
        'joined' as event,
        {{ payload_local_time('created_at') }} as occurred_at,
        {{ payload('level') }} as level,
        'CNY' as currency,
        'salesman' as tool,
        {{ unsaid('members', [
            'campaign_id', 'invite_id', 'fee_amount', 'purchase_amount',
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
