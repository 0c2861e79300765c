with

source as (
    select * from {{ source('raw', 'woocommerce__orders') }}
),

-- times are those of the twins in UTC: the others stand in the zone of the site
renamed as (
    select
        -- keys
        'woocommerce' as platform_id,
        'woocommerce:' || {{ payload('id') }} as order_id,
        {{ payload('_source.shop_id') }} as shop_id,
        coalesce(
            {{ payload('customer_id_hash') }},
            {{ payload('billing.email_hash') }},
            {{ payload('billing.phone_hash') }}
        ) as buyer_ref,
        'woocommerce:' || {{ payload('coupon_lines[0].code') }} as link_id,

        -- facts
        {{ payload('status') }} as platform_status,
        {{ payload_local_time('date_created_gmt', '+00:00') }} as created_at,
        {{ payload_local_time('date_modified_gmt', '+00:00') }} as updated_at,
        {{ payload_local_time('date_paid_gmt', '+00:00') }} as date_paid,
        {{ payload_local_time('date_completed_gmt', '+00:00') }} as completed_at,
        {{ payload('currency') }} as currency,
        {{ payload('total', 'numeric') }} as total,
        {{ payload('shipping_total', 'numeric') }} as freight,
        {{ payload('total_tax', 'numeric') }} as tax,
        {{ payload('discount_total', 'numeric') }} as seller_discount_amount,
        {{ payload_sum('fee_lines[*]', 'total') }} as surcharges,
        {{ payload('created_via') }} as channel,
        {{ payload_first(
            'meta_data[*]', 'value', 'key', '_wc_order_attribution_utm_medium'
        ) }} as scene,
        {{ payload_first(
            'meta_data[*]', 'value', 'key', '_wc_order_attribution_utm_source'
        ) }} as entry,
        coalesce({{ payload('shipping.state') }}, {{ payload('billing.state') }})
            as province,
        coalesce({{ payload('shipping.city') }}, {{ payload('billing.city') }}) as city,

        -- where it came from
        {{ provenance() }}
    from source
),

-- cash on delivery is paid when the order is completed
dated as (
    select
        *,
        {{ status_of('woocommerce', 'orders', 'platform_status', "'unknown'") }}
            as status,
        case
            when platform_status in ('pending', 'failed', 'checkout-draft') then null
            when date_paid is not null then date_paid
            when platform_status = 'completed' then completed_at
        end as paid_at
    from renamed
),

charged as (
    select
        *,
        case when paid_at is null then 0 else total end as paid_amount,
        -- a surcharge is neither goods nor freight: such a total is not taken apart
        case
            when surcharges = 0
                then
                    total - coalesce(tax, 0) - coalesce(freight, 0)
                    + coalesce(seller_discount_amount, 0)
        end as goods_amount,
        case when paid_at is null then 0 else freight end as freight_amount,
        case when paid_at is null then 0 else tax end as tax_amount,
        case when status = 'completed' then completed_at end as received_at,
        case when status = 'closed' then updated_at end as closed_at,
        'normal' as order_kind,
        {{ unsaid('orders', [
            'staff_id', 'agent_id', 'activity_id', 'group_id', 'bargain_id',
            'split_from_order_id', 'confirmed_at', 'shipped_at', 'close_reason',
            'platform_discount_amount', 'platform_fee_amount', 'is_dropship',
            'city_tier', 'distance_m', 'is_self_run',
        ]) }}
    from dated
),

judged as (
    select
        {{ judged('orders') }},
        {{ new_status_of('woocommerce', 'orders', 'platform_status') }} as new_status
    from charged
)

select * from judged
