{# Listings with a policy or a reading that is new, gone or other than before. #}
with

policies as (
    select * from {{ ref('int_price_policies') }}
),

listings_touched as (
    select * from {{ ref('int_listings_touched') }}
),

rates_touched as (
    select cast(rate_date as date) as rate_date
    from ({{ touched_in('fx_rates', 'rate_date') }}) as rates
),

changed as (
    select listing_id
    from {{ differences('policies', standing('int_price_policies_used')) }}
        as differences
    union
    select policies.listing_id
    from policies
    inner join listings_touched on policies.listing_id = listings_touched.listing_id
    union
    -- a late exchange rate moves every price of another currency
    select policies.listing_id
    from policies
    where exists (select 1 from rates_touched)
)

select * from changed
