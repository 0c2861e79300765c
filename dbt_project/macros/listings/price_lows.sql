{#
    The days whose price was below every other of the 365 days before, with 30 of them
    seen, as CTEs that end in lows. Only a price that fell since the last seen day can be
    one. They follow `lined` and `year_before`, all usable days that may count.
#}
{% macro price_low_steps() -%}
    followed as (
        select
            listing_id,
            sku_id_or_all,
            price_date,
            final_price,
            is_built,
            lag(final_price) over (
                partition by listing_id, sku_id_or_all order by price_date
            ) as price_before
        from lined
        where is_usable
    ),

    fallen as (
        select * from followed
        where is_built and (price_before is null or final_price < price_before)
    ),

    lows as (
        select
            fallen.listing_id,
            fallen.sku_id_or_all,
            fallen.price_date
        from fallen
        inner join year_before
            on
                fallen.listing_id = year_before.listing_id
                and fallen.sku_id_or_all = year_before.sku_id_or_all
                and fallen.price_date > year_before.price_date
                and {{ days_after('fallen.price_date', -365) }}
                <= year_before.price_date
        group by
            fallen.listing_id,
            fallen.sku_id_or_all,
            fallen.price_date,
            fallen.final_price
        having
            count(*) >= 30
            and min(year_before.final_price) > fallen.final_price
    )
{%- endmacro %}
