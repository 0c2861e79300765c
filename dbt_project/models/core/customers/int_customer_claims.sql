{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['id_kind', 'id_hash', 'customer_ref'],
    touched={'stream': 'identities', 'columns': ['id_hash']},
) }}

with

identities as (
    select * from {{ ref('int_identities_unioned') }}
    {% if only_touched() -%}
    where id_hash in ({{ touched_in('identities', 'id_hash') }})
    {%- endif %}
),

versions as (
    select
        *,
        row_number() over (
            partition by id_kind, id_hash, customer_ref
            order by
                valid_from desc nulls last,
                source_rank asc,
                load_seq desc,
                source_ref desc
        ) as version_no
    from identities
),

newest as (
    select
        id_kind,
        id_hash,
        customer_ref,
        platform_id,
        has_consent,
        valid_from,
        count(*) over (partition by id_kind, id_hash) as sharing_customers
    from versions
    where version_no = 1
),

judged as (
    select
        *,
        sharing_customers > {{ var('shared_identity_limit') }} as is_too_common
    from newest
)

select * from judged
