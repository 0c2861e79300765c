{#
    What prices are judged by, beside the readings: one row per input, in one shape.
    What differs from the copy of the last build (int_price_inputs_used) is built
    again.
#}
with

activities as (
    select * from {{ ref('activities') }}
),

costs as (
    select * from {{ ref('int_listing_costs') }}
),

sizes as (
    select * from {{ ref('int_pack_sizes') }}
),

skus as (
    select * from {{ ref('int_skus_named') }}
),

fees as (
    select * from {{ ref('int_listing_fee_rates') }}
),

rules as (
    select * from {{ ref('dim_platform_rules') }}
),

inputs as (
    select
        'activity' as input_kind,
        activity_id as input_key,
        platform_id,
        shop_id,
        listing_id,
        first_date as touched_from,
        {{ fingerprint(['kind', 'starts_at', 'ends_at']) }} as content
    from activities
    union all
    select
        'cost' as input_kind,
        sku_id_or_all || ' ' || cast(priority as {{ dbt.type_string() }}) as input_key,
        'all' as platform_id,
        null as shop_id,
        listing_id,
        valid_from as touched_from,
        {{ fingerprint([
            'valid_to', 'unit_cost_lo', 'unit_cost_est', 'unit_cost_hi', 'currency',
            'cost_basis',
        ]) }} as content
    from costs
    union all
    select
        'pack_size' as input_kind,
        sizes.subject_id as input_key,
        'all' as platform_id,
        null as shop_id,
        coalesce(skus.listing_id, sizes.subject_id) as listing_id,
        date '1900-01-01' as touched_from,
        {{ fingerprint(['unit_size', 'unit_name']) }} as content
    from sizes
    left join skus on sizes.subject_id = skus.sku_id
    union all
    select
        'fee' as input_kind,
        'all' as input_key,
        'all' as platform_id,
        null as shop_id,
        listing_id,
        valid_from as touched_from,
        {{ fingerprint(['valid_to', 'fee_rate']) }} as content
    from fees
    union all
    select
        'rule' as input_kind,
        rule_id as input_key,
        platform_id,
        null as shop_id,
        null as listing_id,
        valid_from as touched_from,
        {{ fingerprint(['valid_to', 'value_number']) }} as content
    from rules
    where rule_id = 'reference_price_days'
)

select * from inputs
