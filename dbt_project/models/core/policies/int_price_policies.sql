{#
    Which listing may not be sold below which price, by date: a policy names a listing,
    a SKU or a seller code, or one of our listings and with it every listing matched to
    it. A policy for dealers does not bind our own shops, one for a shop only that shop.
#}
with

kept as (
    select * from {{ reference_rows('price_policies') }} as kept
),

matches as (
    select * from {{ ref('listing_matches') }}
    where is_usable
),

skus as (
    select * from {{ ref('dim_skus') }}
),

listings as (
    select * from {{ ref('dim_listings') }}
    where is_current
),

shops as (
    select * from {{ ref('dim_shops') }}
),

followed as (
    select
        *,
        lead(valid_from) over (
            partition by policy_id order by valid_from
        ) as next_valid_from
    from kept
),

dated as (
    select
        policy_id,
        listing_id,
        sku_id,
        seller_sku,
        own_listing_id,
        shop_id,
        seller_kind,
        channel,
        policy_price,
        currency,
        valid_from,
        {{ earlier_end(
            earlier_end('valid_to', 'closed_date'), 'next_valid_from'
        ) }} as valid_to
    from followed
),

bound as (
    -- the listing or SKU that a policy names
    select
        coalesce(dated.listing_id, skus.listing_id) as bound_listing_id,
        coalesce(dated.sku_id, 'all') as bound_sku_id_or_all,
        dated.*
    from dated
    left join skus on dated.sku_id = skus.sku_id
    where dated.listing_id is not null or dated.sku_id is not null
    union all
    select
        skus.listing_id as bound_listing_id,
        skus.sku_id as bound_sku_id_or_all,
        dated.*
    from dated
    inner join skus on dated.seller_sku = skus.seller_sku
    where
        dated.listing_id is null
        and dated.sku_id is null
        and dated.own_listing_id is null
    union all
    select
        dated.own_listing_id as bound_listing_id,
        'all' as bound_sku_id_or_all,
        dated.*
    from dated
    where
        dated.own_listing_id is not null
        and dated.listing_id is null
        and dated.sku_id is null
    union all
    -- what is matched to our listing, while it is
    select
        matches.rival_listing_id as bound_listing_id,
        matches.rival_sku_id_or_all as bound_sku_id_or_all,
        {{ traits_of('dated', [
            'policy_id', 'listing_id', 'sku_id', 'seller_sku', 'own_listing_id',
            'shop_id', 'seller_kind', 'channel', 'policy_price', 'currency',
        ]) }},
        greatest(dated.valid_from, matches.valid_from) as valid_from,
        {{ earlier_end('dated.valid_to', 'matches.valid_to') }} as valid_to
    from dated
    inner join matches
        on
            dated.own_listing_id = matches.own_listing_id
            and (matches.valid_to is null or dated.valid_from < matches.valid_to)
            and (dated.valid_to is null or dated.valid_to > matches.valid_from)
    where dated.listing_id is null and dated.sku_id is null
),

-- of several ways a policy reaches a listing on one day, the lowest price counts
policies as (
    select
        bound.policy_id,
        bound.bound_listing_id as listing_id,
        bound.bound_sku_id_or_all as sku_id_or_all,
        bound.valid_from,
        bound.valid_to,
        min(bound.policy_price) as policy_price,
        bound.currency,
        listings.shop_id,
        min(
            coalesce(
                bound.seller_kind, case when shops.is_own then 'own' else 'unknown' end
            )
        ) as seller_kind,
        min(bound.channel) as channel
    from bound
    inner join listings on bound.bound_listing_id = listings.listing_id
    left join shops on listings.shop_id = shops.shop_id
    where
        (bound.valid_to is null or bound.valid_from < bound.valid_to)
        and (bound.shop_id is null or bound.shop_id = listings.shop_id)
        and (
            coalesce(bound.seller_kind, '') <> 'dealer'
            or not coalesce(shops.is_own, false)
        )
    group by
        bound.policy_id,
        bound.bound_listing_id,
        bound.bound_sku_id_or_all,
        bound.valid_from,
        bound.valid_to,
        bound.currency,
        listings.shop_id
)

select * from policies
