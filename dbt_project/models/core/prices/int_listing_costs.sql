{#
    What a listing's goods cost, by date. 1 a row for the SKU, 2 for the listing, 3 for
    the seller's own code, 4 all SKUs of a listing that is crawled whole, 5 the matched
    listing of our own: of several that hold on a day the lowest number counts.
#}
with

kept as (
    select * from {{ reference_rows('costs') }} as kept
),

skus as (
    select * from {{ ref('dim_skus') }}
),

matches as (
    select * from {{ ref('listing_matches') }}
    where is_usable
),


followed as (
    select
        *,
        lead(valid_from) over (
            partition by
                platform_id,
                coalesce(sku_id, ''),
                coalesce(listing_id, ''),
                coalesce(seller_sku, '')
            order by valid_from
        ) as next_valid_from
    from kept
),

dated as (
    select
        sku_id,
        listing_id,
        seller_sku,
        platform_id,
        valid_from,
        {{ earlier_end(
            earlier_end('valid_to', 'closed_date'), 'next_valid_from'
        ) }} as valid_to,
        coalesce(unit_cost_lo, unit_cost_amount) as unit_cost_lo,
        unit_cost_amount as unit_cost_est,
        coalesce(unit_cost_hi, unit_cost_amount) as unit_cost_hi,
        freight_unit_amount,
        currency,
        basis as cost_basis
    from followed
),

direct as (
    select
        coalesce(dated.listing_id, skus.listing_id) as listing_id,
        coalesce(dated.sku_id, 'all') as sku_id_or_all,
        case when dated.sku_id is null then 2 else 1 end as priority,
        {{ traits_of('dated', [
            'valid_from', 'valid_to', 'unit_cost_lo', 'unit_cost_est', 'unit_cost_hi',
            'freight_unit_amount', 'currency', 'cost_basis',
        ]) }}
    from dated
    left join skus on dated.sku_id = skus.sku_id
    where dated.sku_id is not null or dated.listing_id is not null
    union all
    select
        skus.listing_id,
        skus.sku_id as sku_id_or_all,
        3 as priority,
        {{ traits_of('dated', [
            'valid_from', 'valid_to', 'unit_cost_lo', 'unit_cost_est', 'unit_cost_hi',
            'freight_unit_amount', 'currency', 'cost_basis',
        ]) }}
    from dated
    inner join skus on dated.seller_sku = skus.seller_sku
    where dated.sku_id is null and dated.listing_id is null
),

starts as (
    select
        listing_id,
        valid_from
    from direct
    where sku_id_or_all <> 'all'
    union
    select
        listing_id,
        valid_to as valid_from
    from direct
    where sku_id_or_all <> 'all' and valid_to is not null
),

stretches as (
    select
        listing_id,
        valid_from,
        lead(valid_from) over (
            partition by listing_id order by valid_from
        ) as valid_to
    from starts
),

-- a listing crawled whole: its cheapest and its dearest SKU, and their mean
whole as (
    select
        stretches.listing_id,
        'all' as sku_id_or_all,
        4 as priority,
        stretches.valid_from,
        stretches.valid_to,
        min(direct.unit_cost_lo) as unit_cost_lo,
        avg(direct.unit_cost_est) as unit_cost_est,
        max(direct.unit_cost_hi) as unit_cost_hi,
        avg(direct.freight_unit_amount) as freight_unit_amount,
        direct.currency,
        min(direct.cost_basis) as cost_basis
    from stretches
    inner join direct
        on
            stretches.listing_id = direct.listing_id
            and {{ holds_on(
                'stretches.valid_from', 'direct.valid_from', 'direct.valid_to'
            ) }}
    where direct.sku_id_or_all <> 'all'
    group by
        stretches.listing_id,
        stretches.valid_from,
        stretches.valid_to,
        direct.currency
),

own as (
    select * from direct
    union all
    select * from whole
),

-- a rival's cost is taken to be that of our matched product
matched as (
    select
        matches.rival_listing_id as listing_id,
        matches.rival_sku_id_or_all as sku_id_or_all,
        5 as priority,
        greatest(own.valid_from, matches.valid_from) as valid_from,
        {{ earlier_end('own.valid_to', 'matches.valid_to') }} as valid_to,
        own.unit_cost_lo,
        own.unit_cost_est,
        own.unit_cost_hi,
        own.freight_unit_amount,
        own.currency,
        own.cost_basis,
        row_number() over (
            partition by
                matches.rival_listing_id,
                matches.rival_sku_id_or_all,
                greatest(own.valid_from, matches.valid_from)
            order by
                own.priority asc,
                coalesce(matches.confidence, 1) desc,
                matches.own_listing_id asc,
                own.sku_id_or_all asc,
                own.currency asc
        ) as choice_no
    from matches
    inner join own
        on
            matches.own_listing_id = own.listing_id
            and own.sku_id_or_all in (matches.own_sku_id_or_all, 'all')
            and (
                matches.valid_to is null
                or matches.valid_to > own.valid_from
            )
            and (
                own.valid_to is null
                or matches.valid_from < own.valid_to
            )
),

costs as (
    select
        listing_id,
        sku_id_or_all,
        priority,
        valid_from,
        valid_to,
        unit_cost_lo,
        unit_cost_est,
        unit_cost_hi,
        freight_unit_amount,
        currency,
        cost_basis
    from own
    where listing_id is not null
    union all
    select
        listing_id,
        sku_id_or_all,
        priority,
        valid_from,
        valid_to,
        unit_cost_lo,
        unit_cost_est,
        unit_cost_hi,
        freight_unit_amount,
        currency,
        cost_basis
    from matched
    where choice_no = 1
)

select * from costs
