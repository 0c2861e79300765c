with

source as (
    select * from {{ source('raw', 'files__stock') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('move_id') }} as move_id,
        {{ platform_id_of('sku_id') }} as sku_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('supplier_id') }} as supplier_id,

        -- facts
        {{ payload('moved_at', 'timestamptz') }} as moved_at,
        {{ payload('holder_ref') }} as holder_ref,
        {{ payload('quantity', 'numeric') }} as quantity,
        {{ payload('kind') }} as kind,
        {{ payload('counter_holder_ref') }} as counter_holder_ref,
        {{ payload('level') }} as level,
        {{ payload('stock_owner') }} as stock_owner,
        {{ payload('unit_cost_amount', 'numeric') }} as unit_cost_amount,
        {{ payload('currency') }} as currency,
        {{ payload('to_consumer', 'boolean') }} as to_consumer,

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
                'move_id',
                'moved_at',
                'sku_id',
                'holder_ref',
                'quantity',
                'kind',
            ],
            accepted={
                'kind': [
                    'opening',
                    'in',
                    'out_sale',
                    'out_agent',
                    'return_in',
                    'return_out',
                    'adjust',
                ],
            },
        ) }} as reject_reason
    from renamed
)

select * from judged
