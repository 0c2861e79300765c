with

source as (
    select * from {{ source('raw', 'files__orders') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('order_id') }} as order_id,
        {{ payload('shop_id') }} as shop_id,
        {{ payload('buyer_ref') }} as buyer_ref,
        {{ platform_id_of('staff_id') }} as staff_id,
        {{ platform_id_of('agent_id') }} as agent_id,
        {{ platform_id_of('link_id') }} as link_id,
        {{ platform_id_of('activity_id') }} as activity_id,
        {{ platform_id_of('group_id') }} as group_id,
        {{ platform_id_of('bargain_id') }} as bargain_id,
        {{ platform_id_of('split_from_order_id') }} as split_from_order_id,

        -- facts
        {{ payload('status') }} as status,
        {{ payload('created_at', 'timestamptz') }} as created_at,
        {{ payload('updated_at', 'timestamptz') }} as updated_at,
        {{ payload('paid_amount', 'numeric') }} as paid_amount,
        {{ payload('currency') }} as currency,
        {{ payload('paid_at', 'timestamptz') }} as paid_at,
        {{ payload('confirmed_at', 'timestamptz') }} as confirmed_at,
        {{ payload('shipped_at', 'timestamptz') }} as shipped_at,
        {{ payload('received_at', 'timestamptz') }} as received_at,
        {{ payload('closed_at', 'timestamptz') }} as closed_at,
        {{ payload('close_reason') }} as close_reason,
        {{ payload('goods_amount', 'numeric') }} as goods_amount,
        {{ payload('freight_amount', 'numeric') }} as freight_amount,
        {{ payload('tax_amount', 'numeric') }} as tax_amount,
        {{ payload('seller_discount_amount', 'numeric') }} as seller_discount_amount,
        {{ payload('platform_discount_amount', 'numeric') }}
            as platform_discount_amount,
        {{ payload('platform_fee_amount', 'numeric') }} as platform_fee_amount,
        {{ payload('channel') }} as channel,
        {{ payload('scene') }} as scene,
        {{ payload('entry') }} as entry,
        {{ payload('is_dropship', 'boolean') }} as is_dropship,
        {{ payload('province') }} as province,
        {{ payload('city') }} as city,
        {{ payload('city_tier') }} as city_tier,
        {{ payload('distance_m', 'numeric') }} as distance_m,
        {{ payload('order_kind') }} as order_kind,
        {{ payload('is_self_run', 'boolean') }} as is_self_run,

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
                'order_id',
                'shop_id',
                'status',
                'created_at',
                'updated_at',
                'paid_amount',
                'currency',
            ],
            accepted={
                'status': [
                    'unpaid',
                    'paid',
                    'shipped',
                    'completed',
                    'closed',
                    'unknown',
                ],
                'order_kind': [
                    'normal',
                    'presale',
                    'group',
                    'bargain',
                    'lottery',
                    'test',
                ],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
