{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['customer_ref', 'id_kind', 'id_hash'],
    touched={'model': 'int_customer_refs_touched', 'columns': ['customer_ref']},
) }}

with

touched as (
    select * from {{ ref('int_customer_refs_touched') }}
),

refs as (
    {{ touched_rows('int_customer_refs', ['customer_ref'], within='touched') }}
),

claims as (
    select * from {{ ref('int_customer_claims') }}
),

accounts as (
    select
        customer_id,
        customer_ref,
        'account' as id_kind,
        customer_ref as id_hash,
        cast(null as text) as platform_id,
        'account' as match_rule,
        1 as confidence,
        cast(null as boolean) as has_consent,
        cast(null as timestamptz) as valid_from
    from refs
),

claimed as (
    select
        refs.customer_id,
        claims.customer_ref,
        claims.id_kind,
        claims.id_hash,
        claims.platform_id,
        case
            when claims.is_too_common then 'customer_id_too_common'
            else 'exact_hash'
        end as match_rule,
        case when claims.is_too_common then 0 else 1 end as confidence,
        claims.has_consent,
        claims.valid_from
    from refs
    inner join claims on refs.customer_ref = claims.customer_ref
),

identities as (
    select * from accounts
    union all
    select * from claimed
)

select * from identities
