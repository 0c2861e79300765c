{# Inputs that are new, gone or other than in the last build that went through. #}
with

inputs as (
    select * from {{ ref('int_price_inputs') }}
),

changed as (
    select
        input_kind,
        platform_id,
        shop_id,
        listing_id,
        min(touched_from) as touched_from
    from {{ differences('inputs', standing('int_price_inputs_used')) }} as differences
    group by input_kind, platform_id, shop_id, listing_id
)

select * from changed
