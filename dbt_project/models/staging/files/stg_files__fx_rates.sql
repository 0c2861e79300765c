with

source as (
    select * from {{ source('raw', 'files__fx_rates') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,

        -- facts
        {{ payload('rate_source') }} as rate_source,
        {{ payload('base_currency') }} as base_currency,
        {{ payload('quote_currency') }} as quote_currency,
        {{ payload('rate_date', 'date') }} as rate_date,
        {{ payload('rate', 'numeric') }} as rate,

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
                'rate_source',
                'base_currency',
                'quote_currency',
                'rate_date',
                'rate',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
