with

source as (
    select * from {{ source('raw', 'files__targets') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('listing_id') }} as listing_id,

        -- facts
        {{ payload('metric_id') }} as metric_id,
        {{ payload('period_kind') }} as period_kind,
        {{ payload('period_start_date', 'date') }} as period_start_date,
        {{ payload('target_value', 'numeric') }} as target_value,
        {{ payload('channel') }} as channel,
        {{ payload('curve') }} as curve,
        {{ payload('source_assumption') }} as source_assumption,
        {{ payload('valid_from', 'date') }} as valid_from,

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
                'shop_id',
                'metric_id',
                'period_kind',
                'period_start_date',
                'target_value',
            ],
            accepted={
                'period_kind': ['week', 'month', 'quarter', 'year'],
                'curve': ['linear', 'festival', 'last_year'],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
