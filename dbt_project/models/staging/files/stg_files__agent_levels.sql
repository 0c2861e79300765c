with

source as (
    select * from {{ source('raw', 'files__agent_levels') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('programme_id') }} as programme_id,

        -- facts
        {{ payload('level_code') }} as level_code,
        {{ payload('level_no', 'bigint') }} as level_no,
        {{ payload('name') }} as name,
        {{ payload('commission_rate', 'numeric') }} as commission_rate,
        {{ payload('entry_fee_amount', 'numeric') }} as entry_fee_amount,
        {{ payload('entry_purchase_amount', 'numeric') }} as entry_purchase_amount,
        {{ payload('currency') }} as currency,
        {{ payload('role') }} as role,
        {{ payload('valid_from', 'date') }} as valid_from,
        {{ payload('valid_to', 'date') }} as valid_to,

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
                'programme_id',
                'level_code',
                'level_no',
                'valid_from',
            ],
            accepted={
                'role': ['customer', 'sharer', 'agent', 'leader', 'staff'],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
