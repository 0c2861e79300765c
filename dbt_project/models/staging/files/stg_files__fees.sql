with

source as (
    select * from {{ source('raw', 'files__fees') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('order_id') }} as order_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('line_id') }} as line_id,

        -- facts
        {{ payload('kind') }} as kind,
        {{ payload('amount', 'numeric') }} as amount,
        {{ payload('currency') }} as currency,
        {{ payload('occurred_at', 'timestamptz') }} as occurred_at,
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
                'kind',
                'amount',
                'currency',
                'occurred_at',
            ],
            one_of=[['order_id', 'shop_id']],
        ) }} as reject_reason
    from renamed
)

select * from judged
