with

source as (
    select * from {{ source('raw', 'shopify__orders') }}
),

renamed as (
    select
        -- keys
        'shopify' as platform_id,
        'shopify:' || {{ payload('legacyResourceId') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        coalesce(
            {{ payload('customer.legacyResourceId_hash') }},
            {{ payload('email_hash') }},
            {{ payload('phone_hash') }}
        ) as buyer_ref,
        'shopify:' || {{ payload('discountCodes[0]') }} as link_id,

        -- facts
        {{ payload('displayFinancialStatus') }} as platform_status,
        {{ payload('displayFulfillmentStatus') }} as fulfillment_status,
        {{ payload('test', 'boolean') }} as is_test,
        coalesce({{ payload('taxesIncluded', 'boolean') }}, false) as has_tax_inside,
        {{ payload('createdAt', 'timestamptz') }} as created_at,
        {{ payload('processedAt', 'timestamptz') }} as processed_at,
        {{ payload('updatedAt', 'timestamptz') }} as updated_at,
        {{ payload('cancelledAt', 'timestamptz') }} as closed_at,
        {{ payload('cancelReason') }} as close_reason,
        {{ payload('currencyCode') }} as currency,
        {{ payload('totalPriceSet.shopMoney.amount', 'numeric') }} as total,
        {{ payload('totalReceivedSet.shopMoney.amount', 'numeric') }} as received,
        {{ payload('subtotalPriceSet.shopMoney.amount', 'numeric') }} as subtotal,
        {{ payload('totalShippingPriceSet.shopMoney.amount', 'numeric') }} as freight,
        coalesce({{ payload('totalTaxSet.shopMoney.amount', 'numeric') }}, 0)
        + coalesce(
            {{ payload('currentTotalDutiesSet.shopMoney.amount', 'numeric') }}, 0
        )
            as tax,
        {{ payload('totalDiscountsSet.shopMoney.amount', 'numeric') }}
            as seller_discount_amount,
        {{ payload('sourceName') }} as channel,
        coalesce(
            {{ payload('customerJourneySummary.lastVisit.utmParameters.medium') }},
            {{ payload('customerJourneySummary.firstVisit.utmParameters.medium') }}
        ) as scene,
        coalesce(
            {{ payload('customerJourneySummary.lastVisit.utmParameters.source') }},
            {{ payload('customerJourneySummary.firstVisit.utmParameters.source') }}
        ) as entry,
        {{ payload('shippingAddress.province') }} as province,
        {{ payload('shippingAddress.city') }} as city,

        -- where it came from
        {{ provenance() }}
    from source
),

-- it is said whether an order was paid, not when: money that is only reserved, or still
-- to be collected on delivery, is none; of a part payment, what came in
dated as (
    select
        *,
        case
            when closed_at is not null then 'closed'
            when
                platform_status in ('PAID', 'PARTIALLY_PAID', 'PARTIALLY_REFUNDED')
                and fulfillment_status in ('FULFILLED', 'PARTIALLY_FULFILLED')
                then 'shipped'
            else {{ status_of('shopify', 'orders', 'platform_status', "'unknown'") }}
        end as status,
        case
            when
                platform_status in (
                    'PAID', 'PARTIALLY_PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'
                )
                then coalesce(processed_at, created_at)
        end as paid_at,
        case
            when platform_status = 'PARTIALLY_PAID' then coalesce(received, total)
            else total
        end as payment
    from renamed
),

charged as (
    select
        *,
        case when paid_at is null then 0 else payment end as paid_amount,
        -- of a part payment nobody says what was paid for
        case
            when payment = total
                then
                    subtotal + coalesce(seller_discount_amount, 0)
                    - case when has_tax_inside then tax else 0 end
        end as goods_amount,
        case when paid_at is null then 0 else freight end as freight_amount,
        case when paid_at is null then 0 else tax end as tax_amount,
        case when is_test then 'test' else 'normal' end as order_kind,
        {{ unsaid('orders', [
            'staff_id', 'agent_id', 'activity_id', 'group_id', 'bargain_id',
            'split_from_order_id', 'confirmed_at', 'shipped_at', 'received_at',
            'platform_discount_amount', 'platform_fee_amount', 'is_dropship',
            'city_tier', 'distance_m', 'is_self_run',
        ]) }}
    from dated
),

judged as (
    select
        {{ judged('orders') }},
        {{ new_status_of('shopify', 'orders', 'platform_status') }} as new_status
    from charged
)

select * from judged
