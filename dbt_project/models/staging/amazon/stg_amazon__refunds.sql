with

source as (
    select * from {{ source('raw', 'amazon__refunds') }}
),

-- an event of the Finances interface: what went back to the buyer is negative there,
-- fees given back to the seller are no part of it
renamed as (
    select
        -- keys
        'amazon' as platform_id,
        'amazon:' || record_key as refund_id,
        'amazon:' || {{ payload('AmazonOrderId') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,

        -- facts
        'succeeded' as status,
        -{{ payload_sum(
            'ShipmentItemAdjustmentList[*].ItemChargeAdjustmentList[*]',
            'ChargeAmount.CurrencyAmount',
        ) }}
        - {{ payload_sum(
            'ShipmentItemAdjustmentList[*].PromotionAdjustmentList[*]',
            'PromotionAmount.CurrencyAmount',
        ) }} as refund_amount,
        coalesce(
            {{ payload(
                'ShipmentItemAdjustmentList[0].ItemChargeAdjustmentList[0]'
                ~ '.ChargeAmount.CurrencyCode'
            ) }},
            {{ payload('_source.currency') }}
        ) as currency,
        {{ payload('PostedDate', 'timestamptz') }} as updated_at,
        {{ payload('PostedDate', 'timestamptz') }} as succeeded_at,
        nullif(
            {{ payload_sum('ShipmentItemAdjustmentList[*]', 'QuantityShipped') }}, 0
        ) as quantity,
        {{ unsaid('refunds', ['line_id', 'applied_at', 'reason', 'kind']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

judged as (
    select
        {{ judged('refunds') }}
    from renamed
)

select * from judged
