with

source as (
    select * from {{ source('raw', 'files__counter_buckets') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,

        -- facts
        {{ payload('counter_type') }} as counter_type,
        {{ payload('text_form') }} as text_form,
        {{ payload('valid_from', 'date') }} as valid_from,
        {{ payload('valid_to', 'date') }} as valid_to,
        {{ payload('window_days', 'bigint') }} as window_days,
        {{ payload('unit') }} as unit,
        {{ payload('lo', 'numeric') }} as lo,
        {{ payload('hi', 'numeric') }} as hi,
        {{ payload('is_open_ended', 'boolean') }} as is_open_ended,
        {{ payload('shown_from', 'numeric') }} as shown_from,
        {{ payload('units_per_customer_est', 'numeric') }} as units_per_customer_est,
        {{ payload('units_per_customer_hi', 'numeric') }} as units_per_customer_hi,

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
                'counter_type',
                'text_form',
                'valid_from',
                'lo',
            ],
            accepted={
                'counter_type': [
                    'exact_lifetime',
                    'lifetime',
                    'rolling_30d',
                    'badge_recent',
                ],
                'unit': ['units', 'orders', 'customers'],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
