{#
    What sales units sold in a period, as CTEs that end in period_sales: one row
    per `keys`. They follow `days`, runs of alike days with these keys (see
    runs_within), and `rolling_readings`.

    Bounds of a period are its own, not the sums of its days: inside an episode
    the counter at its end less the counter at its beginning. Of rolling counters
    the least is the largest sum of windows end to end inside the period, the most
    the smallest sum of windows end to end that cover it. Estimates of days are
    added and held to the bounds. Sales are bounded by what each day sold at least, at
    the prices of that day, and the rest of the units at the lowest or highest price;
    and they are at most what each day sold at most, where every day has a price.
#}
{% macro period_sales(keys) -%}
    {%- set key = keys | join(', ') -%}
    portions as (
        select
            {{ key }},
            episode_no,
            sales_basis,
            min(platform_id) as platform_id,
            max(level_lo) as level_lo,
            max(level_hi) as level_hi,
            min(level_lo_before) as level_lo_before,
            min(level_hi_before) as level_hi_before,
            sum(units_lo * day_count) as units_lo,
            sum(units_est * day_count) as units_est,
            sum(units_hi * day_count) as units_hi,
            sum(case when window_days is null then units_lo * day_count else 0 end)
                as unrolled_lo,
            sum(case when window_days is null then units_hi * day_count else 0 end)
                as unrolled_hi,
            sum(case when price_est is null then units_est * day_count else 0 end)
                as unpriced_units_est,
            sum(units_est * price_est * day_count) as gmv_est,
            sum(case when price_lo is not null then units_lo * day_count else 0 end)
                as priced_lo,
            sum(units_lo * price_lo * day_count) as sold_at_lo,
            sum(units_lo * price_hi * day_count) as sold_at_hi,
            sum(units_hi * price_hi * day_count) as daily_gmv_hi,
            max(case when price_hi is null then 1 else 0 end) as unpriced,
            min(price_lo) as price_lo,
            max(price_hi) as price_hi,
            sum(case when sales_basis <> 'long_gap' then day_count else 0 end)
                as observed_days,
            max(case when is_open_ended then 1 else 0 end) as open_ended,
            max(case when is_contradicted then 1 else 0 end) as contradicted,
            min(case when window_days is not null then from_date end) as rolled_from,
            max(case when window_days is not null then to_date end) as rolled_to,
            max(window_days) as window_days
        from days
        group by {{ key }}, episode_no, sales_basis
    ),

    by_episode as (
        select
            {{ key }},
            episode_no,
            min(platform_id) as platform_id,
            case
                when episode_no is null then sum(units_lo)
                else greatest(0, max(level_lo) - min(level_hi_before))
            end as direct_lo,
            case
                when episode_no is null then sum(units_hi)
                else max(level_hi) - min(level_lo_before)
            end as direct_hi,
            sum(units_lo) as daily_lo,
            sum(units_est) as daily_est,
            sum(units_hi) as daily_hi,
            sum(unrolled_lo) as unrolled_lo,
            sum(unrolled_hi) as unrolled_hi,
            sum(unpriced_units_est) as unpriced_units_est,
            sum(gmv_est) as gmv_est,
            sum(priced_lo) as priced_lo,
            sum(sold_at_lo) as sold_at_lo,
            sum(sold_at_hi) as sold_at_hi,
            sum(daily_gmv_hi) as daily_gmv_hi,
            max(unpriced) as unpriced,
            min(price_lo) as price_lo,
            max(price_hi) as price_hi,
            sum(observed_days) as observed_days,
            max(open_ended) as open_ended,
            max(contradicted) as contradicted,
            min(rolled_from) as rolled_from,
            max(rolled_to) as rolled_to
        from portions
        group by {{ key }}, episode_no
    ),

    told as (
        select
            {{ key }},
            min(platform_id) as platform_id,
            sum(direct_lo) as direct_lo,
            sum(direct_hi) as direct_hi,
            count(episode_no) as episode_count,
            sum(daily_lo) as daily_lo,
            sum(daily_est) as daily_est,
            sum(daily_hi) as daily_hi,
            sum(unrolled_lo) as unrolled_lo,
            sum(unrolled_hi) as unrolled_hi,
            sum(unpriced_units_est) as unpriced_units_est,
            sum(gmv_est) as gmv_est,
            sum(priced_lo) as priced_lo,
            sum(sold_at_lo) as sold_at_lo,
            sum(sold_at_hi) as sold_at_hi,
            sum(daily_gmv_hi) as daily_gmv_hi,
            max(unpriced) as unpriced,
            min(price_lo) as price_lo,
            max(price_hi) as price_hi,
            sum(observed_days) as observed_days,
            max(open_ended) as open_ended,
            max(contradicted) as contradicted,
            min(rolled_from) as rolled_from,
            max(rolled_to) as rolled_to
        from by_episode
        group by {{ key }}
    ),

    by_basis as (
        select
            {{ key }},
            sales_basis,
            row_number() over (
                partition by {{ key }}
                order by sum(units_est) desc, sum(observed_days) desc, sales_basis asc
            ) as basis_no
        from portions
        group by {{ key }}, sales_basis
    ),

    -- windows that end to end make a chain, by the day it begins on
    windows as (
        select
            {{ traits_of('told', keys) }},
            rolling_readings.counter_kind,
            rolling_readings.day_no % rolling_readings.window_days as chain_no,
            min(rolling_readings.window_days) as window_days,
            sum(
                case
                    when
                        {{ days_after(
                            'rolling_readings.closing_date',
                            '(1 - rolling_readings.window_days)'
                        ) }} >= told.rolled_from
                        and rolling_readings.closing_date <= told.rolled_to
                        then rolling_readings.units_lo
                    else 0
                end
            ) as inside_lo,
            sum(rolling_readings.units_hi) as cover_hi,
            count(*) as link_count,
            min(rolling_readings.day_no) as first_no,
            max(rolling_readings.day_no) as last_no,
            min(rolling_readings.closing_date) as first_date,
            max(rolling_readings.closing_date) as last_date,
            min(told.rolled_from) as rolled_from,
            min(told.rolled_to) as rolled_to
        from told
        inner join rolling_readings
            on
                told.sales_unit_id = rolling_readings.sales_unit_id
                and told.rolled_from <= rolling_readings.closing_date
                and {{ days_after(
                    'rolling_readings.closing_date',
                    '(1 - rolling_readings.window_days)'
                ) }} <= told.rolled_to
        group by
            {{ traits_of('told', keys) }},
            rolling_readings.counter_kind,
            rolling_readings.day_no % rolling_readings.window_days
    ),

    of_windows as (
        select
            {{ key }},
            max(inside_lo) as units_lo,
            min(
                case
                    when
                        (last_no - first_no) / window_days + 1 = link_count
                        and last_date >= rolled_to
                        and {{ days_after('first_date', '(1 - window_days)') }}
                        <= rolled_from
                        then cover_hi
                end
            ) as units_hi
        from windows
        group by {{ key }}
    ),

    -- what is known of a period, side by side
    pieces as (
        select
            *,
            cast(null as {{ dbt.type_string() }}) as sales_basis,
            cast(null as numeric) as windows_lo,
            cast(null as numeric) as windows_hi
        from told
        {%- for name, basis, lo, hi in [
            ('by_basis', 'sales_basis', 'null', 'null'),
            ('of_windows', 'null', 'units_lo', 'units_hi'),
        ] %}
        union all
        select
            {{ key }},
            null as platform_id,
            {%- for column in [
                'direct_lo', 'direct_hi', 'episode_count', 'daily_lo', 'daily_est',
                'daily_hi', 'unrolled_lo', 'unrolled_hi', 'unpriced_units_est',
                'gmv_est', 'priced_lo', 'sold_at_lo', 'sold_at_hi', 'daily_gmv_hi',
                'unpriced', 'price_lo', 'price_hi', 'observed_days', 'open_ended',
                'contradicted', 'rolled_from', 'rolled_to',
            ] %}
            null as {{ column }},
            {%- endfor %}
            {{ basis }} as sales_basis,
            {{ lo }} as windows_lo,
            {{ hi }} as windows_hi
        from {{ name }}
        {{ 'where basis_no = 1' if name == 'by_basis' }}
        {%- endfor %}
    ),

    gathered as (
        select
            {{ key }},
            max(platform_id) as platform_id,
            {%- for column in [
                'direct_lo', 'direct_hi', 'episode_count', 'daily_lo', 'daily_est',
                'daily_hi', 'unrolled_lo', 'unrolled_hi', 'unpriced_units_est',
                'gmv_est', 'priced_lo', 'sold_at_lo', 'sold_at_hi', 'daily_gmv_hi',
                'unpriced', 'price_lo', 'price_hi', 'observed_days', 'open_ended',
                'contradicted', 'windows_lo', 'windows_hi',
            ] %}
            max({{ column }}) as {{ column }},
            {%- endfor %}
            max(sales_basis) as sales_basis
        from pieces
        group by {{ key }}
    ),

    met as (
        select
            *,
            case
                when windows_lo is null or contradicted = 1 then direct_lo
                when episode_count = 0 then windows_lo
                else greatest(direct_lo, windows_lo + unrolled_lo)
            end as own_lo,
            case
                when windows_hi is null or contradicted = 1 then direct_hi
                else least(direct_hi, windows_hi + unrolled_hi)
            end as own_hi
        from gathered
    ),

    -- bounds of days added are valid, too, and rarely narrower
    held as (
        select
            *,
            least(
                greatest(own_lo, daily_lo),
                greatest(least(own_hi, daily_hi), daily_lo)
            ) as units_lo,
            greatest(least(own_hi, daily_hi), daily_lo) as units_hi
        from met
    ),

    paid as (
        select
            *,
            sold_at_lo + (units_lo - priced_lo) * price_lo as gmv_lo,
            least(
                sold_at_hi + (units_hi - priced_lo) * price_hi,
                case when unpriced = 0 then daily_gmv_hi end
            ) as gmv_hi
        from held
    ),

    period_sales as (
        select
            {{ key }},
            platform_id,
            units_lo,
            least(greatest(daily_est, units_lo), units_hi) as units_est,
            units_hi,
            daily_lo,
            daily_hi,
            price_lo,
            price_hi,
            gmv_lo,
            least(greatest(gmv_est, gmv_lo), gmv_hi) as gmv_est,
            gmv_hi,
            unpriced_units_est,
            cast(observed_days as bigint) as observed_days,
            sales_basis,
            open_ended = 1 as is_open_ended,
            daily_est < units_lo - 0.000001 or daily_est > units_hi + 0.000001
                as is_est_clipped
        from paid
    )
{%- endmacro %}
