{#
    At least three shops of one matched product cut by 5 % or more within seven days: a
    war, from the first of those cuts until there was no cut for 14 days.
#}
{% set same_war = 'partition by product_id, first_date' %}
with

cuts as (
    select * from {{ ref('int_price_cuts') }}
),

prices as (
    select * from {{ ref('agg_competitor_prices_daily') }}
    where snapshot_count > 0
),

contenders as (
    select * from {{ ref('int_price_contenders') }}
),

-- a cut opens a war where it is the first of three in a week
dated as (
    select
        cuts.product_id,
        cuts.changed_date,
        case
            when count(distinct others.seller_id) >= 3 then cuts.changed_date
        end as opening_date
    from cuts
    inner join cuts as others
        on
            cuts.product_id = others.product_id
            and cuts.changed_date <= others.changed_date
            and {{ days_after('cuts.changed_date', 7) }} >= others.changed_date
    group by cuts.product_id, cuts.changed_date
),

followed as (
    select
        *,
        lag(changed_date) over (
            partition by product_id order by changed_date
        ) as cut_before
    from dated
),

bouts as (
    select
        *,
        sum(
            case
                when changed_date <= {{ days_after('cut_before', 14) }} then 0
                else 1
            end
        ) over (
            partition by product_id
            order by changed_date
            rows between unbounded preceding and current row
        ) as bout_no
    from followed
),

fronts as (
    select
        product_id,
        min(opening_date) as first_date,
        max(changed_date) as last_date
    from bouts
    group by product_id, bout_no
    having min(opening_date) is not null
),

war_prices as (
    select
        fronts.product_id,
        fronts.first_date,
        cuts.listing_id,
        cuts.sku_id_or_all,
        cuts.changed_date,
        cuts.price_after as price,
        cuts.seller_id,
        true as is_cut
    from fronts
    inner join cuts
        on
            fronts.product_id = cuts.product_id
            and cuts.changed_date between fronts.first_date and fronts.last_date
    union all
    -- what the product cost in the 30 days of peace
    select
        fronts.product_id,
        fronts.first_date,
        prices.listing_id,
        prices.sku_id_or_all,
        prices.price_date as changed_date,
        prices.final_price as price,
        null as seller_id,
        false as is_cut
    from fronts
    inner join contenders on fronts.product_id = contenders.product_id
    inner join prices
        on
            contenders.listing_id = prices.listing_id
            and contenders.sku_id_or_all in (prices.sku_id_or_all, 'all')
            and fronts.first_date > prices.price_date
            and {{ days_after('fronts.first_date', -30) }} <= prices.price_date
            and {{ holds_on(
                'prices.price_date', 'contenders.valid_from', 'contenders.valid_to'
            ) }}
),

placed as (
    select
        *,
        row_number() over (
            {{ same_war }}, is_cut order by price nulls last
        ) as price_no,
        count(price) over ({{ same_war }}, is_cut) as price_count,
        dense_rank() over ({{ same_war }}, is_cut order by seller_id) as seller_no
    from war_prices
),

measured as (
    select
        *,
        max(case when is_cut then seller_no end) over ({{ same_war }}) as seller_count,
        min(case when is_cut then price end) over ({{ same_war }}) as lowest_price,
        avg(
            case
                when
                    not is_cut
                    and 2 * price_no in (price_count, price_count + 1, price_count + 2)
                    then price
            end
        ) over ({{ same_war }}) as median_price
    from placed
),

-- a rival of two of our products fights in the war that began first
chosen as (
    select
        *,
        row_number() over (
            partition by listing_id, sku_id_or_all, changed_date
            order by first_date, product_id
        ) as choice_no
    from measured
    where is_cut
),

wars as (
    select
        listing_id,
        sku_id_or_all,
        changed_date,
        product_id || ':' || cast(first_date as {{ dbt.type_string() }}) as war_id,
        -- no depth where even the lowest price was not below the median
        greatest(1 - lowest_price / median_price, 0) as war_depth_rate,
        seller_count as war_seller_count
    from chosen
    where choice_no = 1
)

select * from wars
