{#
    Price wars, as CTEs that end in wars, one row per change in one: at least three
    shops of one matched product cut by 5 % or more within seven days. A war lasts
    from the first of those cuts until there was no cut for 14 days. They follow
    `prices`, the usable days, `moves` and `matches`.
#}
{% macro war_steps() -%}
    contenders as (
        select
            own_listing_id as product_id,
            rival_listing_id as listing_id,
            rival_sku_id_or_all as sku_id_or_all,
            valid_from,
            valid_to
        from matches
        union
        select
            own_listing_id as product_id,
            own_listing_id as listing_id,
            own_sku_id_or_all as sku_id_or_all,
            valid_from,
            valid_to
        from matches
    ),

    cuts as (
        select distinct
            contenders.product_id,
            moves.listing_id,
            moves.sku_id_or_all,
            moves.changed_date,
            moves.price_after,
            coalesce(moves.shop_id, moves.listing_id) as seller_id
        from moves
        inner join contenders
            on
                moves.listing_id = contenders.listing_id
                and contenders.sku_id_or_all in (moves.sku_id_or_all, 'all')
                and {{ holds_on(
                    'moves.changed_date', 'contenders.valid_from', 'contenders.valid_to'
                ) }}
        where moves.change_rate <= -0.05
    ),

    openings as (
        select
            cuts.product_id,
            cuts.changed_date
        from cuts
        inner join cuts as others
            on
                cuts.product_id = others.product_id
                and others.changed_date >= cuts.changed_date
                and others.changed_date <= {{ days_after('cuts.changed_date', 7) }}
        group by cuts.product_id, cuts.changed_date
        having count(distinct others.seller_id) >= 3
    ),

    cut_dates as (
        select
            product_id,
            changed_date,
            lag(changed_date) over (
                partition by product_id order by changed_date
            ) as cut_before
        from (
            select distinct
                product_id,
                changed_date
            from cuts
        ) as dates
    ),

    bouts as (
        select
            product_id,
            changed_date,
            sum(
                case
                    when
                        cut_before is null
                        or changed_date > {{ days_after('cut_before', 14) }}
                        then 1
                    else 0
                end
            ) over (
                partition by product_id
                order by changed_date
                rows between unbounded preceding and current row
            ) as bout_no
        from cut_dates
    ),

    fronts as (
        select
            bouts.product_id,
            bouts.bout_no,
            min(openings.changed_date) as first_date,
            max(bouts.changed_date) as last_date
        from bouts
        left join openings
            on
                bouts.product_id = openings.product_id
                and bouts.changed_date = openings.changed_date
        group by bouts.product_id, bouts.bout_no
        having min(openings.changed_date) is not null
    ),

    war_cuts as (
        select
            fronts.product_id,
            fronts.first_date,
            cuts.listing_id,
            cuts.sku_id_or_all,
            cuts.changed_date,
            cuts.price_after,
            cuts.seller_id
        from fronts
        inner join cuts
            on
                fronts.product_id = cuts.product_id
                and cuts.changed_date between fronts.first_date and fronts.last_date
    ),

    peace_prices as (
        select
            fronts.product_id,
            fronts.first_date,
            prices.final_price,
            row_number() over (
                partition by fronts.product_id, fronts.first_date
                order by prices.final_price
            ) as price_no,
            count(*) over (
                partition by fronts.product_id, fronts.first_date
            ) as price_count
        from fronts
        inner join contenders on fronts.product_id = contenders.product_id
        inner join prices
            on
                contenders.listing_id = prices.listing_id
                and contenders.sku_id_or_all in (prices.sku_id_or_all, 'all')
                and prices.price_date < fronts.first_date
                and prices.price_date >= {{ days_after('fronts.first_date', -30) }}
                and {{ holds_on(
                    'prices.price_date', 'contenders.valid_from', 'contenders.valid_to'
                ) }}
    ),

    peace_medians as (
        select
            product_id,
            first_date,
            avg(final_price) as median_price
        from peace_prices
        where
            2 * price_no in (price_count, price_count + 1, price_count + 2)
        group by product_id, first_date
    ),

    measured_wars as (
        select
            war_cuts.product_id,
            war_cuts.first_date,
            count(distinct war_cuts.seller_id) as war_seller_count,
            -- no depth where even the lowest price was not below the median
            greatest(
                1 - min(war_cuts.price_after) / max(peace_medians.median_price), 0
            ) as war_depth_rate
        from war_cuts
        left join peace_medians
            on
                war_cuts.product_id = peace_medians.product_id
                and war_cuts.first_date = peace_medians.first_date
        group by war_cuts.product_id, war_cuts.first_date
    ),

    -- a rival of two of our products fights in the war that was first
    fought as (
        select
            war_cuts.listing_id,
            war_cuts.sku_id_or_all,
            war_cuts.changed_date,
            measured_wars.product_id,
            measured_wars.first_date,
            measured_wars.war_seller_count,
            measured_wars.war_depth_rate,
            row_number() over (
                partition by
                    war_cuts.listing_id, war_cuts.sku_id_or_all, war_cuts.changed_date
                order by measured_wars.first_date, measured_wars.product_id
            ) as choice_no
        from war_cuts
        inner join measured_wars
            on
                war_cuts.product_id = measured_wars.product_id
                and war_cuts.first_date = measured_wars.first_date
    ),

    wars as (
        select
            listing_id,
            sku_id_or_all,
            changed_date,
            product_id || ':' || cast(first_date as {{ dbt.type_string() }}) as war_id,
            war_depth_rate,
            war_seller_count
        from fought
        where choice_no = 1
    )
{%- endmacro %}
