{# The median of the daily prices of a period, as CTEs that end in median_prices. They
   follow `days`. Prices stand still, so they are counted before they are ordered. #}
{% macro median_prices(keys) -%}
    {%- set key = keys | join(', ') -%}
    priced_days as (
        select
            {{ key }},
            price_est,
            sum(day_count) as day_count
        from days
        where price_est is not null
        group by {{ key }}, price_est
    ),

    ordered_prices as (
        select
            *,
            sum(day_count) over (
                partition by {{ key }}
                order by price_est
                rows between unbounded preceding and current row
            ) as days_up_to,
            sum(day_count) over (partition by {{ key }}) as all_days
        from priced_days
    ),

    median_prices as (
        select
            {{ key }},
            (
                min(case when 2 * days_up_to >= all_days then price_est end)
                + coalesce(
                    min(case when 2 * days_up_to > all_days then price_est end),
                    max(price_est)
                )
            ) / 2 as median_price
        from ordered_prices
        group by {{ key }}
    )
{%- endmacro %}
