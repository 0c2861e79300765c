with

source as (
    select * from {{ source('raw', 'amazon__orders') }}
),

-- both versions of the interface: 2026-01-01 and, in capitals, v0; what orders leave
-- out, freight and tax, is added up from their items
renamed as (
    select
        -- keys
        'amazon' as platform_id,
        'amazon:' || coalesce({{ payload('orderId') }}, {{ payload('AmazonOrderId') }})
            as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        coalesce(
            {{ payload('buyer.buyerEmail_hash') }},
            {{ payload('BuyerInfo.BuyerEmail_hash') }}
        ) as buyer_ref,

        -- facts
        coalesce(
            {{ payload('fulfillment.fulfillmentStatus') }}, {{ payload('OrderStatus') }}
        ) as platform_status,
        {{ payload_has(
            'associatedOrders[*]', 'associationType', ['REPLACEMENT_ORIGINAL_ID']
        ) }}
        or coalesce({{ payload('IsReplacementOrder', 'boolean') }}, false)
            as is_replacement,
        coalesce(
            {{ payload('createdTime', 'timestamptz') }},
            {{ payload('PurchaseDate', 'timestamptz') }}
        ) as created_at,
        coalesce(
            {{ payload('lastUpdatedTime', 'timestamptz') }},
            {{ payload('LastUpdateDate', 'timestamptz') }}
        ) as updated_at,
        coalesce(
            {{ payload('proceeds.grandTotal.amount', 'numeric') }},
            {{ payload('OrderTotal.Amount', 'numeric') }}
        ) as payment,
        coalesce(
            {{ payload('proceeds.grandTotal.currencyCode') }},
            {{ payload('OrderTotal.CurrencyCode') }},
            {{ payload('_source.currency') }}
        ) as currency,
        {{ payload_sum(
            'orderItems[*].proceeds.breakdowns[*]',
            'subtotal.amount',
            key='type',
            among=['ITEM'],
        ) }}
        + {{ payload_sum('OrderItems[*]', 'ItemPrice.Amount') }} as goods,
        {{ payload_sum(
            'orderItems[*].proceeds.breakdowns[*]',
            'subtotal.amount',
            key='type',
            among=['SHIPPING'],
        ) }}
        + {{ payload_sum('OrderItems[*]', 'ShippingPrice.Amount') }}
        - {{ payload_sum('OrderItems[*]', 'ShippingDiscount.Amount', absolute=true) }}
            as freight,
        {{ payload_sum(
            'orderItems[*].proceeds.breakdowns[*]',
            'subtotal.amount',
            key='type',
            among=['TAX'],
        ) }}
        + {{ payload_sum('OrderItems[*]', 'ItemTax.Amount') }}
        + {{ payload_sum('OrderItems[*]', 'ShippingTax.Amount') }} as tax,
        {{ payload_sum(
            'orderItems[*].proceeds.breakdowns[*]',
            'subtotal.amount',
            key='type',
            among=['GIFT_WRAP', 'COD_FEE', 'DELIVERY_TIP', 'OTHER'],
        ) }} as extras,
        -- the sign differs from market to market
        {{ payload_sum(
            'orderItems[*].proceeds.breakdowns[*]',
            'subtotal.amount',
            key='type',
            among=['DISCOUNT'],
            absolute=true,
        ) }}
        + {{ payload_sum('OrderItems[*]', 'PromotionDiscount.Amount', absolute=true) }}
            as seller_discount_amount,
        -- v0 says which Amazon it was
        case
            when
                {{ payload('salesChannel.channelName') }} = 'AMAZON'
                or {{ payload('SalesChannel') }} like 'Amazon.%'
                then 'amazon'
            when
                coalesce(
                    {{ payload('salesChannel.channelName') }},
                    {{ payload('SalesChannel') }}
                ) is not null
                then 'non_amazon'
        end as channel,
        coalesce(
            {{ payload('fulfillment.fulfilledBy') }},
            {{ payload('FulfillmentChannel') }}
        ) as scene,
        coalesce(
            {{ payload('recipient.deliveryAddress.stateOrRegion') }},
            {{ payload('ShippingAddress.StateOrRegion') }}
        ) as province,
        coalesce(
            {{ payload('recipient.deliveryAddress.city') }},
            {{ payload('ShippingAddress.City') }}
        ) as city,

        -- where it came from
        {{ provenance() }}
    from source
),

-- there is no time of payment: the purchase stands for it, once it is no longer
-- pending; an order cancelled before it was sent was never charged, a replacement is no
-- sale
dated as (
    select
        *,
        {{ status_of('amazon', 'orders', 'platform_status', "'unknown'") }} as status,
        case
            when
                not is_replacement
                and {{ status_of('amazon', 'orders', 'platform_status', "'unknown'") }}
                in ('paid', 'shipped', 'unknown')
                then created_at
        end as paid_at
    from renamed
),

charged as (
    select
        *,
        case when paid_at is null then 0 else payment end as paid_amount,
        -- where prices hold the tax, the items add up to the total without it; with a
        -- gift wrap or a tip the total is not taken apart
        case
            when extras <> 0 then null
            when goods + freight - seller_discount_amount = payment then goods - tax
            else goods
        end as goods_amount,
        case when paid_at is null then 0 else freight end as freight_amount,
        case when paid_at is null then 0 else tax end as tax_amount,
        case when status = 'closed' then updated_at end as closed_at,
        'normal' as order_kind,
        {{ unsaid('orders', [
            'staff_id', 'agent_id', 'link_id', 'activity_id', 'group_id', 'bargain_id',
            'split_from_order_id', 'confirmed_at', 'shipped_at', 'received_at',
            'close_reason', 'platform_discount_amount', 'platform_fee_amount', 'entry',
            'is_dropship', 'city_tier', 'distance_m', 'is_self_run',
        ]) }}
    from dated
),

judged as (
    select
        {{ judged('orders') }},
        {{ new_status_of('amazon', 'orders', 'platform_status') }} as new_status
    from charged
)

select * from judged
