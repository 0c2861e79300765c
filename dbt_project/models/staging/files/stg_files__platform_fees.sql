with

source as (
    select * from {{ source('raw', 'files__platform_fees') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('shop_id') }} as shop_id,

        -- facts
        {{ payload('fee_kind') }} as fee_kind,
        {{ payload('valid_from', 'date') }} as valid_from,
        {{ payload('valid_to', 'date') }} as valid_to,
        {{ payload('category_id') }} as category_id,
        {{ payload('fee_rate', 'numeric') }} as fee_rate,
        {{ payload('fee_amount', 'numeric') }} as fee_amount,
        {{ payload('currency') }} as currency,
        {{ payload('rule_id') }} as rule_id,

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
                'fee_kind',
                'valid_from',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
