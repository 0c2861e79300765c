{#
    The share of the price that a platform keeps of a listing, by date: of every kind of
    fee the most particular row counts; a rival without any pays what one of our shops
    there does. No row for a stretch: the platform has fees, but none is known for then.
    A platform without any fee row keeps nothing.
#}
with

fees as (
    select * from {{ ref('int_fee_rates') }}
),

listings as (
    select * from {{ ref('dim_listings') }}
),

-- all listings of one shop and category pay alike
payers as (
    select distinct
        platform_id,
        shop_id,
        category_id,
        is_own
    from listings
    where platform_id in (select fees.platform_id from fees)
),

fees_of_payers as (
    select
        payers.platform_id,
        payers.shop_id,
        payers.category_id,
        fees.fee_kind,
        fees.fee_rate,
        fees.valid_from,
        fees.valid_to,
        fees.shop_id as shop_of_fee,
        case
            when fees.shop_id is null then 2
            when fees.shop_id = payers.shop_id then 0
            else 4
        end
        + case when fees.category_id_or_all = 'all' then 1 else 0 end as distance
    from payers
    inner join fees
        on
            payers.platform_id = fees.platform_id
            and (
                fees.shop_id is null
                or payers.shop_id = fees.shop_id
                or not payers.is_own
            )
            and (
                fees.category_id_or_all = 'all'
                or payers.category_id = fees.category_id_or_all
            )
),

starts as (
    select
        platform_id,
        shop_id,
        category_id,
        valid_from
    from fees_of_payers
    union
    select
        platform_id,
        shop_id,
        category_id,
        valid_to as valid_from
    from fees_of_payers
    where valid_to is not null
),

stretches as (
    select
        *,
        lead(valid_from) over (
            partition by platform_id, shop_id, category_id order by valid_from
        ) as valid_to
    from starts
),

ranked as (
    select
        stretches.*,
        fees_of_payers.fee_rate,
        row_number() over (
            partition by
                stretches.platform_id,
                stretches.shop_id,
                stretches.category_id,
                stretches.valid_from,
                fees_of_payers.fee_kind
            order by fees_of_payers.distance, fees_of_payers.shop_of_fee
        ) as choice_no
    from stretches
    inner join fees_of_payers
        on
            stretches.platform_id = fees_of_payers.platform_id
            and coalesce(stretches.shop_id, '') = coalesce(fees_of_payers.shop_id, '')
            and coalesce(stretches.category_id, '')
            = coalesce(fees_of_payers.category_id, '')
            and {{ holds_on(
                'stretches.valid_from',
                'fees_of_payers.valid_from',
                'fees_of_payers.valid_to'
            ) }}
),

rates_of_payers as (
    select
        platform_id,
        shop_id,
        category_id,
        valid_from,
        valid_to,
        sum(fee_rate) as fee_rate
    from ranked
    where choice_no = 1
    group by platform_id, shop_id, category_id, valid_from, valid_to
),

rates as (
    select
        listings.listing_id,
        greatest(listings.valid_from, rates_of_payers.valid_from) as valid_from,
        {{ earlier_end('listings.valid_to', 'rates_of_payers.valid_to') }} as valid_to,
        rates_of_payers.fee_rate
    from listings
    inner join rates_of_payers
        on
            listings.platform_id = rates_of_payers.platform_id
            and coalesce(listings.shop_id, '') = coalesce(rates_of_payers.shop_id, '')
            and coalesce(listings.category_id, '')
            = coalesce(rates_of_payers.category_id, '')
            and (
                listings.valid_to is null
                or listings.valid_to > rates_of_payers.valid_from
            )
            and (
                rates_of_payers.valid_to is null
                or listings.valid_from < rates_of_payers.valid_to
            )
    union all
    select
        listing_id,
        valid_from,
        valid_to,
        0 as fee_rate
    from listings
    where platform_id not in (select fees.platform_id from fees)
)

select * from rates
