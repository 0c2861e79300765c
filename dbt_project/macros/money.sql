{# The smallest amount of a currency, from its number of decimal digits. #}
{% macro minor_unit(digits) -%}
    case {{ digits }} when 0 then 1 when 3 then 0.001 else 0.01 end
{%- endmacro %}

{# The rates of pairs of currency and date, as CTEs to follow one called `pairs`: the
   last rate at or before the date that is not too old, the seller's before others. #}
{% macro rated_pairs() -%}
    rates as (
        select * from {{ ref('int_fx_rates') }}
    ),

    rate_candidates as (
        select
            pairs.currency,
            pairs.fx_date,
            rates.rate,
            rates.rate_date,
            rates.priority,
            row_number() over (
                partition by pairs.currency, pairs.fx_date
                order by rates.priority, rates.rate_date desc
            ) as rate_no
        from pairs
        inner join rates
            on
                pairs.currency = rates.currency
                and rates.rate_date <= pairs.fx_date
                and rates.rate_date >= {{ days_after(
                    'pairs.fx_date', -var('fx_rate_max_age_days')
                ) }}
    ),

    rated as (
        select
            currency,
            fx_date,
            1 as fx_rate,
            fx_date as fx_rate_date,
            0 as fx_priority
        from pairs
        where currency = '{{ var("reporting_currency") }}'
        union all
        select
            currency,
            fx_date,
            rate as fx_rate,
            rate_date as fx_rate_date,
            priority as fx_priority
        from rate_candidates
        where rate_no = 1 and currency <> '{{ var("reporting_currency") }}'
    )
{%- endmacro %}
