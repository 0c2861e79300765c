{#
    What a counter's text says. Three ways to be known, the narrowest first: the whole
    text as the seller wrote it down, its number alone, its wording with the number as
    #.
#}
{#- a letter multiplies only where no word begins with it: 50 bought, 1000 Mal -#}
{%- set amount = '[0-9]+(?:[.][0-9]+)?(?:[千万亿]|[wkmb](?![a-z]))?[+]?' %}
with

listings as (
    select * from {{ ref('int_listings_unioned') }}
),

touched as (
    select * from {{ ref('int_listings_touched') }}
),

buckets as (
    select * from {{ ref('dim_counter_buckets') }}
),

shown as (
    select distinct
        platform_id,
        counter_text
    from listings
    where
        counter_text is not null
        {% if standing('fct_listing_snapshots') %}
        and {{ is_in_reach('observed_at') }}
        and listing_id in (select touched.listing_id from touched)
        {% endif %}
),

plain as (
    select
        platform_id,
        counter_text,
        {{ plain_text('counter_text', '：:') }} as plain_text
    from shown
),

split as (
    select
        platform_id,
        counter_text,
        plain_text,
        {{ first_match('plain_text', amount) }} as number_text,
        {{ replace_matches('plain_text', amount, '#') }} as text_form
    from plain
),

parts as (
    select
        *,
        cast({{ first_match('number_text', '[0-9]+(?:[.][0-9]+)?') }} as numeric)
            as digits,
        length({{ first_match('number_text', '[.][0-9]+') }}) - 1 as decimals,
        case {{ first_match('number_text', '[千万亿wkmb]') }}
            when '千' then 1000
            when 'k' then 1000
            when '万' then 10000
            when 'w' then 10000
            when 'm' then 1000000
            when 'b' then 1000000000
            when '亿' then 100000000
            else 1
        end as multiplier,
        number_text like '%+' as has_plus
    from split
    where number_text is not null
),

sized as (
    select
        *,
        digits * multiplier as value,
        -- one unit of the last digit shown
        multiplier / power(10, coalesce(decimals, 0)) as last_digit,
        -- one unit of the first one
        power(10, length(cast(cast(
            floor(digits * multiplier) as bigint
        ) as {{ dbt.type_string() }})) - 1) as first_digit
    from parts
),

candidates as (
    select
        sized.platform_id,
        sized.counter_text,
        buckets.counter_type,
        buckets.valid_from,
        buckets.valid_to,
        buckets.window_days,
        buckets.unit,
        coalesce(buckets.lo, sized.value) as lo,
        case
            when buckets.lo is not null then buckets.hi
            when not sized.has_plus or sized.decimals is not null
                then sized.value + sized.last_digit - 1
            when buckets.plus_step = 'open' then 2 * sized.value - 1
            when buckets.plus_step = 'two_digits'
                then sized.value + greatest(sized.first_digit / 10, 1) - 1
            else sized.value + sized.first_digit - 1
        end as hi,
        case
            when buckets.lo is not null then buckets.is_open_ended
            else
                buckets.is_open_ended
                and sized.has_plus
                and sized.decimals is null
        end as is_open_ended,
        buckets.units_per_customer_est,
        buckets.units_per_customer_hi,
        case
            when buckets.text_form = sized.plain_text then 1
            when buckets.text_form = sized.number_text then 2
            else 3
        end as way,
        case when buckets.rule_source = 'seller' then 0 else 1 end as source_no
    from sized
    inner join buckets
        on
            sized.platform_id = buckets.platform_id
            and (
                sized.plain_text = buckets.text_form
                or sized.number_text = buckets.text_form
                or sized.text_form = buckets.text_form
            )
    where buckets.lo is null or buckets.lo = sized.value
),

narrowest as (
    select
        *,
        min(way) over (partition by platform_id, counter_text) as best_way,
        row_number() over (
            partition by platform_id, counter_text, way, valid_from
            order by source_no, counter_type
        ) as choice_no
    from candidates
),

dated as (
    select
        *,
        lead(valid_from) over (
            partition by platform_id, counter_text order by valid_from
        ) as next_valid_from
    from narrowest
    where way = best_way and choice_no = 1
),

readable as (
    select
        platform_id,
        counter_text,
        counter_type,
        valid_from,
        {{ earlier_end('valid_to', 'next_valid_from') }} as valid_to,
        window_days,
        unit,
        cast(round(lo) as numeric) as lo,
        cast(round(hi) as numeric) as hi,
        is_open_ended,
        units_per_customer_est,
        units_per_customer_hi
    from dated
),

-- a page that shows badges, without one: fewer than the first badge would say
unbadged as (
    select
        platform_id,
        '' as counter_text,
        counter_type,
        valid_from,
        min(valid_to) as valid_to,
        min(window_days) as window_days,
        min(unit) as unit,
        0 as lo,
        min(shown_from) - 1 as hi,
        false as is_open_ended,
        min(units_per_customer_est) as units_per_customer_est,
        min(units_per_customer_hi) as units_per_customer_hi
    from buckets
    where shown_from is not null and counter_type = 'badge_recent' and window_days = 30
    group by platform_id, counter_type, valid_from
),

texts as (
    select * from readable
    union all
    select * from unbadged
)

select * from texts
