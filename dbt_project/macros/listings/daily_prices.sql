{# The numbers of days that the rule reference_price_days ever asked for; 30 where it
   says nothing. #}
{% macro reference_lengths() -%}
    {%- set lengths = [30] -%}
    {%- set rules = ref('dim_platform_rules') -%}
    {#- a unit test has rows of it, but no table -#}
    {%- if execute and rules.database and load_relation(rules) -%}
        {%- set query -%}
            select distinct cast(value_number as integer)
            from {{ rules }}
            where rule_id = 'reference_price_days' and value_number > 0
            order by 1
        {%- endset -%}
        {%- for row in run_query(query).rows -%}
            {%- if row[0] | int not in lengths -%}
                {%- do lengths.append(row[0] | int) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(lengths) }}
{%- endmacro %}

{#
    The ordinary price of each day, as CTEs that end in daily_prices: the median of
    the closing prices outside activities in the last `reference_days`, the day
    included. They follow a CTE `lined` (listing_id, sku_id_or_all, price_date,
    final_price, reference_days, is_regular, is_built) that holds the days before,
    too.

    Prices stand still for many days, so the median is taken over the runs of equal
    price that reach into a day's frame, each weighted by how much of it does, and not
    over the days one by one. A frame within one run needs no median.
#}
{% macro daily_price_steps(lengths) -%}
    regular as (
        select
            listing_id,
            sku_id_or_all,
            price_date,
            final_price,
            row_number() over following as regular_no,
            lag(final_price) over following as price_before
        from lined
        where is_regular
        window following as (
            partition by listing_id, sku_id_or_all order by price_date
        )
    ),

    running as (
        select
            listing_id,
            sku_id_or_all,
            final_price,
            regular_no,
            max(case when final_price = price_before then 0 else regular_no end) over (
                partition by listing_id, sku_id_or_all
                order by price_date
                rows between unbounded preceding and current row
            ) as first_no
        from regular
    ),

    runs as (
        select
            listing_id,
            sku_id_or_all,
            first_no,
            max(regular_no) as last_no,
            min(final_price) as final_price
        from running
        group by listing_id, sku_id_or_all, first_no
    ),

    counted as (
        select
            listing_id,
            sku_id_or_all,
            price_date,
            is_built,
            reference_days,
            count(case when is_regular then 1 end) over (
                partition by listing_id, sku_id_or_all
                order by day_no
                rows between unbounded preceding and current row
            ) as last_no
            {%- for length in lengths %},
            count(case when is_regular then 1 end) over (
                partition by listing_id, sku_id_or_all
                order by day_no
                range between {{ length - 1 }} preceding and current row
            ) as count_{{ length }}
            {%- endfor %}
        from lined
    ),

    frames as (
        select
            listing_id,
            sku_id_or_all,
            price_date,
            last_no,
            case reference_days
                {%- for length in lengths %}
                when {{ length }} then count_{{ length }}
                {%- endfor %}
            end as day_count
        from counted
        where is_built
    ),

    reaching as (
        select
            frames.*,
            running.final_price,
            running.first_no <= frames.last_no - frames.day_count + 1 as is_still
        from frames
        inner join running
            on
                frames.listing_id = running.listing_id
                and frames.sku_id_or_all = running.sku_id_or_all
                and frames.last_no = running.regular_no
        where frames.day_count >= 3
    ),

    weighted as (
        select
            reaching.listing_id,
            reaching.sku_id_or_all,
            reaching.price_date,
            reaching.day_count,
            runs.final_price,
            sum(
                least(runs.last_no, reaching.last_no)
                - greatest(runs.first_no, reaching.last_no - reaching.day_count + 1)
                + 1
            ) over (
                partition by
                    reaching.listing_id, reaching.sku_id_or_all, reaching.price_date
                order by runs.final_price, runs.first_no
                rows between unbounded preceding and current row
            ) as days_up_to
        from reaching
        inner join runs
            on
                reaching.listing_id = runs.listing_id
                and reaching.sku_id_or_all = runs.sku_id_or_all
                and runs.first_no <= reaching.last_no
                and runs.last_no > reaching.last_no - reaching.day_count
        where not reaching.is_still
    ),

    middles as (
        select
            listing_id,
            sku_id_or_all,
            price_date,
            min(
                case when 2 * days_up_to >= day_count then final_price end
            ) as lower_middle,
            min(
                case when 2 * days_up_to > day_count then final_price end
            ) as upper_middle
        from weighted
        group by listing_id, sku_id_or_all, price_date
    ),

    daily_prices as (
        select
            listing_id,
            sku_id_or_all,
            price_date,
            final_price as daily_price
        from reaching
        where is_still
        union all
        select
            listing_id,
            sku_id_or_all,
            price_date,
            case
                when lower_middle = upper_middle then lower_middle
                else (lower_middle + upper_middle) * 0.5
            end as daily_price
        from middles
    )
{%- endmacro %}
