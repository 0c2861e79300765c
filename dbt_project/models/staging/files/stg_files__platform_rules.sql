with

source as (
    select * from {{ source('raw', 'files__platform_rules') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,

        -- facts
        {{ payload('rule_id') }} as rule_id,
        {{ payload('valid_from', 'date') }} as valid_from,
        {{ payload('valid_to', 'date') }} as valid_to,
        {{ payload('value_number', 'numeric') }} as value_number,
        {{ payload('value_text') }} as value_text,
        {{ payload('rule_source') }} as rule_source,

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
                'rule_id',
                'valid_from',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
