{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={'model': 'int_listings_touched', 'date': 'observed_date'},
    indexes=[{
        'columns': [
            'listing_id', 'observed_date', 'sku_id_or_all', 'observed_at', 'reading_no',
        ],
        'unique': true,
    }],
) }}

{%- set contents = [
    'shop_id', 'family_id', 'title', 'brand', 'platform_category_id', 'status',
    'currency', 'list_price', 'price', 'activity_price', 'coupon_amount',
    'coupon_min_amount', 'final_price', 'member_price', 'group_price', 'group_size',
    'activity_id', 'counter_text', 'counter_type', 'counter_lo', 'counter_hi',
    'counter_scope', 'review_count', 'rating', 'stock', 'rank', 'rank_list', 'is_ad',
    'page_no', 'position',
] %}
{#- what a counter of sales counts; views, wishes or a whole shop's sales are none -#}
{%- set sales = "('units', 'orders', 'customers')" %}

with

listings as (
    select * from {{ ref('int_listings_unioned') }}
),

touched as (
    select * from {{ ref('int_listings_touched') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

texts as (
    select * from {{ ref('int_counter_texts_read') }}
),

doubted as (
    select * from {{ ref('int_listing_prices_doubted') }}
),

met_again as (
    select
        listing_id,
        sku_id_or_all,
        observed_at
    from {{ readings_from(is_incremental()) }} as readings
    group by listing_id, sku_id_or_all, observed_at
    having count(*) > 1
),

copies as (
    select
        readings.*,
        {{ fingerprint(contents) }} as content
    from {{ readings_from(is_incremental()) }} as readings
    where
        (readings.listing_id, readings.sku_id_or_all, readings.observed_at) in (
            select
                met_again.listing_id,
                met_again.sku_id_or_all,
                met_again.observed_at
            from met_again
        )
),

counted_copies as (
    select
        *,
        row_number() over (
            partition by listing_id, sku_id_or_all, observed_at, content
            order by source_rank, load_seq, source_ref
        ) as copy_no,
        dense_rank() over (
            partition by listing_id, sku_id_or_all, observed_at order by content
        ) as reading_no
    from copies
),

-- exact repeats are one reading; different readings of one moment stay apart
collapsed as (
    {% for relation in ['single', 'repeated'] %}
    select
        readings.listing_id,
        readings.sku_id_or_all,
        readings.observed_at,
        {{ 'cast(1 as bigint)' if relation == 'single' else 'readings.reading_no' }}
            as reading_no,
        readings.platform_id,
        readings.shop_id,
        readings.observed_date,
        readings.currency,
        readings.list_price as list_price_original,
        {{ shown_price() }} as shown_price_original,
        readings.activity_price as activity_price_original,
        readings.coupon_amount as coupon_amount_original,
        readings.coupon_min_amount as coupon_min_amount_original,
        readings.group_price as group_price_original,
        case
            when readings.group_price <> readings.price then readings.price
        end as single_price_original,
        readings.member_price as member_price_original,
        {{ final_price() }} as final_price_original,
        {{ is_payable(final_price()) }} and {{ is_payable(shown_price()) }}
            as is_payable,
        readings.status,
        readings.stock,
        readings.group_size,
        readings.activity_id,
        readings.counter_text,
        readings.counter_type,
        readings.counter_lo,
        readings.counter_hi,
        readings.counter_scope,
        readings.review_count,
        readings.rating,
        readings.rank_list,
        readings.rank,
        readings.is_ad,
        readings.page_no,
        readings.position,
        readings.load_seq,
        readings.source_ref
    {% if relation == 'single' %}
    from {{ readings_from(is_incremental()) }} as readings
    left join met_again
        on
            readings.listing_id = met_again.listing_id
            and readings.sku_id_or_all = met_again.sku_id_or_all
            and readings.observed_at = met_again.observed_at
    where met_again.listing_id is null
    union all
    {% else %}
    from counted_copies as readings
    where readings.copy_no = 1
    {% endif %}
    {% endfor %}
),

pairs as (
    select distinct
        currency,
        observed_date as fx_date
    from collapsed
),

{{ rated_pairs() }},

judged as (
    select
        collapsed.listing_id,
        collapsed.sku_id_or_all,
        collapsed.observed_at,
        collapsed.reading_no,
        collapsed.platform_id,
        collapsed.shop_id,
        collapsed.observed_date,
        collapsed.currency,
        rated.fx_rate,
        collapsed.list_price_original,
        collapsed.shown_price_original,
        collapsed.activity_price_original,
        collapsed.coupon_amount_original,
        collapsed.coupon_min_amount_original,
        collapsed.group_price_original,
        collapsed.single_price_original,
        collapsed.member_price_original,
        collapsed.final_price_original,
        case
            when collapsed.currency = '{{ var("reporting_currency") }}'
                then collapsed.final_price_original
            else collapsed.final_price_original * rated.fx_rate
        end as final_price,
        case
            when collapsed.final_price_original is null then 'missing'
            when
                not collapsed.is_payable
                or collapsed.final_price_original <= 0
                or doubted.listing_id is not null
                then 'implausible'
            else 'ok'
        end as price_quality,
        collapsed.status,
        collapsed.stock,
        collapsed.group_size,
        collapsed.activity_id,
        collapsed.counter_text,
        coalesce(collapsed.counter_type, texts.counter_type) as counter_type,
        texts.unit as counter_unit,
        texts.window_days as counter_window_days,
        case
            when collapsed.counter_lo is not null then collapsed.counter_lo
            when texts.unit in {{ sales }} then texts.lo
        end as counter_lo,
        case
            when collapsed.counter_lo is not null then collapsed.counter_hi
            when texts.unit in {{ sales }} then texts.hi
        end as counter_hi,
        coalesce(
            collapsed.counter_lo is null
            and texts.unit in {{ sales }}
            and texts.is_open_ended,
            false
        ) as is_counter_open_ended,
        collapsed.counter_scope,
        collapsed.review_count,
        coalesce(
            collapsed.review_count, case when texts.unit = 'reviews' then texts.lo end
        ) as review_count_lo,
        coalesce(
            collapsed.review_count, case when texts.unit = 'reviews' then texts.hi end
        ) as review_count_hi,
        collapsed.rating,
        collapsed.rank_list,
        collapsed.rank,
        collapsed.is_ad,
        collapsed.page_no,
        collapsed.position,
        collapsed.load_seq,
        collapsed.source_ref
    from collapsed
    left join rated
        on
            collapsed.currency = rated.currency
            and collapsed.observed_date = rated.fx_date
    left join doubted
        on
            collapsed.listing_id = doubted.listing_id
            and collapsed.sku_id_or_all = doubted.sku_id_or_all
            and collapsed.observed_at = doubted.observed_at
            and collapsed.final_price_original = doubted.price
    left join texts
        on
            collapsed.platform_id = texts.platform_id
            and coalesce(collapsed.counter_text, '') = texts.counter_text
            and (
                collapsed.counter_text is not null
                or collapsed.counter_type = 'badge_recent'
            )
            and {{ holds_on(
                'collapsed.observed_date', 'texts.valid_from', 'texts.valid_to'
            ) }}
)

select * from judged
