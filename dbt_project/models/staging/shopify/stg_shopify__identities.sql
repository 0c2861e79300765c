with

source as (
    select * from {{ source('raw', 'shopify__identities') }}
),

-- the reader lands a record for each identity of a customer
renamed as (
    select
        -- keys
        'shopify' as platform_id,
        {{ payload('_source.id_hash') }} as id_hash,
        {{ payload('_source.customer_ref') }} as customer_ref,

        -- facts
        {{ payload('_source.id_kind') }} as id_kind,
        case {{ payload('emailMarketingConsent.marketingState') }}
            when 'SUBSCRIBED' then true
            when 'UNSUBSCRIBED' then false
            when 'NOT_SUBSCRIBED' then false
        end as has_consent,
        {{ payload('createdAt', 'timestamptz') }} as valid_from,

        -- where it came from
        {{ provenance() }}
    from source
),

judged as (
    select
        {{ judged('identities') }}
    from renamed
)

select * from judged
