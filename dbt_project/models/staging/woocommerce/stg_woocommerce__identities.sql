with

source as (
    select * from {{ source('raw', 'woocommerce__identities') }}
),

-- the reader lands a record for each identity of a customer
renamed as (
    select
        -- keys
        'woocommerce' as platform_id,
        {{ payload('_source.id_hash') }} as id_hash,
        {{ payload('_source.customer_ref') }} as customer_ref,

        -- facts
        {{ payload('_source.id_kind') }} as id_kind,
        {{ unsaid('identities', ['has_consent']) }},
        {{ payload_local_time('date_created_gmt', '+00:00') }} as valid_from,

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
