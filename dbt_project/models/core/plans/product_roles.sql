with

{{ reference_versions(
    'product_roles', 'listing_id', ['role', 'stage', 'stage_price', 'currency']
) }},

placed as (
    select
        *,
        valid_from as fx_date
    from versions
),

{{ rates_of('placed') }},

converted as (
    select
        placed.listing_id,
        placed.role,
        placed.stage,
        placed.stage_price * rated.fx_rate as stage_price,
        placed.stage_price as stage_price_original,
        placed.currency,
        placed.valid_from,
        placed.valid_to
    from placed
    left join rated
        on placed.currency = rated.currency and placed.fx_date = rated.fx_date
)

select * from converted
