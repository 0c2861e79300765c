with

source as (
    select * from {{ source('raw', 'wechat_store__commissions') }}
),

renamed as (
    select
        -- keys
        'wechat_store' as platform_id,
        'wechat_store:' || record_key as entry_id,
        'wechat_store:league' as programme_id,
        {{ payload('_source.payee_ref') }} as payee_ref,
        {{ payload('_source.shop_id') }} as shop_id,
        'wechat_store:' || {{ payload('order_id') }} as order_id,

        -- facts
        {{ payload('status') }} as platform_status,
        {{ payload_fen('order_detail.commission_info.finder_info.amount') }}
            as commission,
        'CNY' as currency,
        'own_sales' as basis,
        coalesce(
            {{ payload_epoch(
                'order_detail.commission_info.profit_sharding_suc_time'
            ) }},
            {{ payload_epoch('create_time') }}
        ) as occurred_at,
        cast(1 as bigint) as depth,
        -- millionths
        {{ payload('order_detail.commission_info.finder_info.ratio', 'numeric') }}
        * 0.000001 as rate,
        {{ unsaid('commissions', ['link_id']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

earned as (
    select
        *,
        {{ status_of('wechat_store', 'commissions', 'platform_status', 'null') }}
            as status,
        case when platform_status = '200' then 0 else commission end as amount
    from renamed
),

judged as (
    select
        {{ judged('commissions') }},
        {{ new_status_of('wechat_store', 'commissions', 'platform_status') }}
            as new_status
    from earned
)

select * from judged
