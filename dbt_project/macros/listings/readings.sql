{# The readings of listings that a build looks at, with their day and their prices, as a
   relation called readings; `days_before`: how much of what came before is needed. #}
{% macro readings_from(is_partial, days_before=0) -%}
    (
        select
            listings.*,
            coalesce(listings.sku_id, 'all') as sku_id_or_all,
            platforms.headline_price,
            {{ local_date('listings.observed_at', 'platforms.time_zone') }}
                as observed_date,
            {{ minor_unit('coalesce(currencies.minor_unit_digits, 2)') }} as minor_unit
        from listings
        inner join platforms on listings.platform_id = platforms.platform_id
        left join currencies on listings.currency = currencies.currency
        {%- if is_partial %}
        inner join touched on listings.listing_id = touched.listing_id
        where
            {{ is_in_reach('listings.observed_at', days_before) }}
            and {{ local_date('listings.observed_at', 'platforms.time_zone') }}
            >= {{ days_after('touched.touched_from', -days_before) }}
        {%- endif %}
    )
{%- endmacro %}

{# Whether an instant can belong to a touched day of any listing at all. The first such
   day is looked up when the model is compiled, so that the index of the history is used
   and not all of it is read. #}
{% macro is_in_reach(instant, days_before=0) -%}
    {%- set touched = ref('int_listings_touched') -%}
    {%- set first_days = [] -%}
    {#- a unit test has rows of it, but no table -#}
    {%- if execute and touched.database and load_relation(touched) -%}
        {%- set query -%}
            select cast(min(touched_from) as {{ dbt.type_string() }}) from {{ touched }}
        {%- endset -%}
        {%- for row in run_query(query).rows -%}
            {%- do first_days.append(row[0]) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set first_day = first_days | first or '1900-01-01' -%}
    {{ instant }} >= {{ local_midnight(
        days_after("date '" ~ first_day ~ "'", -days_before - 2), "'UTC'"
    ) }}
{%- endmacro %}

{# The price on the page of a reading: where buying in a group is the rule of a
   platform, the group's price. #}
{% macro shown_price() -%}
    case
        when readings.headline_price = 'group'
            then coalesce(readings.group_price, readings.price)
        else coalesce(readings.price, readings.group_price)
    end
{%- endmacro %}

{# What a buyer pays at the moment of a reading: the platform's own hand price if it
   gives one, else the price of the page, or of the running activity, less a coupon
   whose minimum it reaches. #}
{% macro final_price() -%}
    {%- set base -%}
        coalesce(readings.activity_price, {{ shown_price() }})
    {%- endset -%}
    coalesce(
        readings.final_price,
        {{ base }}
        - case
            when {{ base }} >= coalesce(readings.coupon_min_amount, 0)
                then coalesce(readings.coupon_amount, 0)
            else 0
        end
    )
{%- endmacro %}

{# Whether an amount can be paid in coins of its currency; null can. #}
{% macro is_payable(amount) -%}
    coalesce({{ amount }} % readings.minor_unit = 0, true)
{%- endmacro %}
