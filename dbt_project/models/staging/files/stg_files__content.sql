with

source as (
    select * from {{ source('raw', 'files__content') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ platform_id_of('post_id') }} as post_id,
        {{ platform_id_of('account_id') }} as account_id,
        {{ payload('shop_id') }} as shop_id,
        {{ platform_id_of('link_id') }} as link_id,

        -- facts
        {{ payload('observed_at', 'timestamptz') }} as observed_at,
        {{ payload('posted_at', 'timestamptz') }} as posted_at,
        {{ payload('format') }} as format,
        {{ payload('author_kind') }} as author_kind,
        {{ payload('views', 'bigint') }} as views,
        {{ payload('likes', 'bigint') }} as likes,
        {{ payload('comments', 'bigint') }} as comments,
        {{ payload('shares', 'bigint') }} as shares,
        {{ payload('interacting_people', 'bigint') }} as interacting_people,
        {{ payload('attributed_orders', 'bigint') }} as attributed_orders,
        {{ payload('attributed_gmv', 'numeric') }} as attributed_gmv,
        {{ payload('currency') }} as currency,
        {{ payload('listing_ids') }} as listing_ids,
        {{ payload('text_hash') }} as text_hash,

        -- where it came from
        load_id,
        record_key,
        source_ref
    from source
),

judged as (
    select
        *,
        {{ reject_reason(
            required=[
                'platform_id',
                'post_id',
                'account_id',
                'observed_at',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
