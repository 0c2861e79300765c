{#
    The days whose price was below every other of the 365 days before, with 30 of them
    seen, as CTEs that end in lows. Only a price that fell since the last seen day can
    be one. They follow `lined`, and `touched` where a table stands that holds what
    came before the days built.
#}
{% macro price_low_steps(standing) -%}
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

    year_before as (
        select
            fallen.listing_id,
            fallen.sku_id_or_all,
            fallen.price_date,
            fallen.final_price,
            earlier.final_price as earlier_price
        from fallen
        inner join followed as earlier
            on
                fallen.listing_id = earlier.listing_id
                and fallen.sku_id_or_all = earlier.sku_id_or_all
                and fallen.price_date > earlier.price_date
                and {{ days_after('fallen.price_date', -365) }} <= earlier.price_date
        where earlier.is_built
        {%- if standing %}
        union all
        select
            fallen.listing_id,
            fallen.sku_id_or_all,
            fallen.price_date,
            fallen.final_price,
            earlier.final_price as earlier_price
        from fallen
        inner join touched on fallen.listing_id = touched.listing_id
        inner join {{ standing }} as earlier
            on
                fallen.listing_id = earlier.listing_id
                and fallen.sku_id_or_all = earlier.sku_id_or_all
                and touched.touched_from > earlier.price_date
                and {{ days_after('fallen.price_date', -365) }} <= earlier.price_date
        where earlier.snapshot_count > 0 and earlier.final_price is not null
        {%- endif %}
    ),

    lows as (
        select
            listing_id,
            sku_id_or_all,
            price_date
        from year_before
        group by listing_id, sku_id_or_all, price_date, final_price
        having count(*) >= 30 and min(earlier_price) > final_price
    )
{%- endmacro %}
