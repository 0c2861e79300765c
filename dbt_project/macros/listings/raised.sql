{#
    Activities that were prepared by a rise, as CTEs that end in raised: the list
    price or the closing price rose by more than 5 % in the 30 days before the
    activity, and its price is not below the median of days 31 to 60 before it. They
    follow `prices`, the usable days, and `moves`.
#}
{% macro raised_steps() -%}
    before_activities as (
        select
            moves.listing_id,
            moves.sku_id_or_all,
            moves.changed_date,
            moves.price_after_original,
            prices.price_date,
            prices.final_price_original,
            prices.list_price,
            prices.price_date >= {{ days_after('moves.changed_date', -30) }} as is_near
        from moves
        inner join prices
            on
                moves.listing_id = prices.listing_id
                and moves.sku_id_or_all = prices.sku_id_or_all
                and prices.price_date < moves.changed_date
                and prices.price_date >= {{ days_after('moves.changed_date', -60) }}
        where moves.kind = 'activity_start'
    ),

    placed_before as (
        select
            *,
            row_number() over (
                partition by listing_id, sku_id_or_all, changed_date, is_near
                order by price_date
            ) as first_no,
            row_number() over (
                partition by listing_id, sku_id_or_all, changed_date, is_near
                order by price_date desc
            ) as last_no,
            row_number() over (
                partition by listing_id, sku_id_or_all, changed_date, is_near
                order by final_price_original
            ) as price_no,
            count(*) over (
                partition by listing_id, sku_id_or_all, changed_date, is_near
            ) as day_count
        from before_activities
    ),

    compared as (
        select
            listing_id,
            sku_id_or_all,
            changed_date,
            min(price_after_original) as activity_price,
            max(case when is_near then final_price_original end) as highest_price,
            max(case when is_near then list_price end) as highest_list_price,
            coalesce(
                max(
                    case when not is_near and last_no = 1 then final_price_original end
                ),
                max(case when is_near and first_no = 1 then final_price_original end)
            ) as opening_price,
            coalesce(
                max(case when not is_near and last_no = 1 then list_price end),
                max(case when is_near and first_no = 1 then list_price end)
            ) as opening_list_price,
            avg(
                case
                    when
                        not is_near
                        and (
                            2 * price_no = day_count
                            or 2 * price_no = day_count + 1
                            or 2 * price_no = day_count + 2
                        )
                        then final_price_original
                end
            ) as median_price
        from placed_before
        group by listing_id, sku_id_or_all, changed_date
    ),

    raised as (
        select
            listing_id,
            sku_id_or_all,
            changed_date
        from compared
        where
            activity_price >= median_price
            and (
                highest_price > 1.05 * opening_price
                or highest_list_price > 1.05 * opening_list_price
            )
    )
{%- endmacro %}
