{# The last day before the run whose orders were delivered, as CTEs that end in `ends`;
   without any delivery dated, the day before the run. Wants the CTE `shops`. #}
{% macro last_whole_days() -%}
    coverage as (
        select * from {{ ref('fct_coverage_daily') }}
        where covered_kind = 'shop' and stream = 'orders' and is_delivered
    ),

    last_days as (
        select
            covered_id as shop_id,
            max(coverage_date) as last_date
        from coverage
        group by covered_id
    ),

    ends as (
        select
            shops.shop_id,
            case
                when last_days.last_date < {{ run_date('shops.time_zone') }}
                    then last_days.last_date
                else {{ days_after(run_date('shops.time_zone'), -1) }}
            end as end_date
        from shops
        left join last_days on shops.shop_id = last_days.shop_id
    )
{%- endmacro %}
