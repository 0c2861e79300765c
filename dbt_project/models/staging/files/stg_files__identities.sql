with

source as (
    select * from {{ source('raw', 'files__identities') }}
),

renamed as (
    select
        -- keys
        {{ payload('platform_id') }} as platform_id,
        {{ payload('id_hash') }} as id_hash,
        {{ payload('customer_ref') }} as customer_ref,

        -- facts
        {{ payload('id_kind') }} as id_kind,
        {{ payload('has_consent', 'boolean') }} as has_consent,
        {{ payload('valid_from', 'timestamptz') }} as valid_from,

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
                'id_kind',
                'id_hash',
                'customer_ref',
            ],
        ) }} as reject_reason
    from renamed
)

select * from judged
