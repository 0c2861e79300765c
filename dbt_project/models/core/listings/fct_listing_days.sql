{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={'model': 'int_listings_touched', 'date': 'price_date'},
    indexes=[{
        'columns': ['listing_id', 'price_date', 'sku_id_or_all'], 'unique': true,
    }],
) }}

{%- set prices = [
    'list_price', 'shown_price', 'coupon_amount', 'group_price', 'single_price',
] %}

with

snapshots as (
    select * from {{ ref('fct_listing_snapshots') }}
),

touched as (
    select * from {{ ref('int_listings_touched') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

readings as (
    select snapshots.*
    from snapshots
    {% if is_incremental() %}
    inner join touched
        on
            snapshots.listing_id = touched.listing_id
            and snapshots.observed_date >= {{ days_after('touched.touched_from', -8) }}
    {% endif %}
    where snapshots.price_quality <> 'implausible'
),

placed as (
    select
        *,
        price_quality = 'ok' as is_priced,
        row_number() over latest_first as status_no,
        sum(case when price_quality = 'ok' then 1 else 0 end) over (
            partition by listing_id, observed_date, sku_id_or_all
            order by observed_at desc, reading_no asc
            rows between unbounded preceding and current row
        ) as price_no
    from readings
    window latest_first as (
        partition by listing_id, observed_date, sku_id_or_all
        order by observed_at desc, reading_no asc
    )
),

days as (
    select
        listing_id,
        observed_date as price_date,
        sku_id_or_all,
        max(case when status_no = 1 then platform_id end) as platform_id,
        max(case when status_no = 1 then shop_id end) as shop_id,
        max(
            case
                when status_no = 1
                    then coalesce(status, case when is_priced then 'on' end)
            end
        ) as status,
        max(case when is_priced and price_no = 1 then currency end) as currency,
        max(case when is_priced and price_no = 1 then fx_rate end) as fx_rate,
        {% for price in prices %}
        max(
            case when is_priced and price_no = 1 then {{ price }}_original end
        ) as {{ price }}_original,
        {% endfor %}
        max(
            case when is_priced and price_no = 1 then final_price_original end
        ) as final_price_original,
        max(case when is_priced and price_no = 1 then final_price end) as final_price,
        min(case when is_priced then final_price end) as lowest_final_price,
        max(case when is_priced then final_price end) as highest_final_price,
        sum(case when is_priced then 1 else 0 end) as snapshot_count,
        max(load_seq) as load_seq,
        min(case when status_no = 1 then source_ref end) as source_ref
    from placed
    group by listing_id, observed_date, sku_id_or_all
),

priced as (
    select
        *,
        lead(price_date) over (
            partition by listing_id, sku_id_or_all order by price_date
        ) as next_price_date
    from days
    where snapshot_count > 0
),

unpriced as (
    select * from days
    where snapshot_count = 0
),

spans as (
    {% for days in range(1, 8) %}
    select {{ days }} as days_since_seen {{ 'union all' if not loop.last }}
    {% endfor %}
),

carried as (
    select
        priced.*,
        spans.days_since_seen,
        {{ days_after('priced.price_date', 'spans.days_since_seen') }} as carried_date
    from priced
    inner join platforms on priced.platform_id = platforms.platform_id
    inner join spans
        on
            {{ days_after('priced.price_date', 'spans.days_since_seen') }}
            < coalesce(
                priced.next_price_date,
                {{ days_after(local_date(as_of(), 'platforms.time_zone'), 1) }}
            )
),

-- a listing seen without a price says in what state it was
carried_states as (
    select
        carried.listing_id,
        carried.sku_id_or_all,
        carried.carried_date,
        unpriced.status,
        row_number() over (
            partition by
                carried.listing_id, carried.sku_id_or_all, carried.carried_date
            order by unpriced.price_date desc
        ) as state_no
    from carried
    inner join unpriced
        on
            carried.listing_id = unpriced.listing_id
            and carried.sku_id_or_all = unpriced.sku_id_or_all
            and carried.price_date < unpriced.price_date
            and carried.carried_date >= unpriced.price_date
    where unpriced.status is not null
),

unioned as (
    select
        listing_id,
        price_date,
        sku_id_or_all,
        platform_id,
        shop_id,
        status,
        currency,
        fx_rate,
        {% for price in prices %}
        {{ price }}_original,
        {% endfor %}
        final_price_original,
        final_price,
        lowest_final_price,
        highest_final_price,
        snapshot_count,
        0 as days_since_seen,
        load_seq,
        source_ref
    from priced
    union all
    select
        carried.listing_id,
        carried.carried_date as price_date,
        carried.sku_id_or_all,
        carried.platform_id,
        carried.shop_id,
        coalesce(carried_states.status, carried.status) as status,
        carried.currency,
        carried.fx_rate,
        {% for price in prices %}
        carried.{{ price }}_original,
        {% endfor %}
        carried.final_price_original,
        carried.final_price,
        carried.final_price as lowest_final_price,
        carried.final_price as highest_final_price,
        0 as snapshot_count,
        carried.days_since_seen,
        carried.load_seq,
        carried.source_ref
    from carried
    left join carried_states
        on
            carried.listing_id = carried_states.listing_id
            and carried.sku_id_or_all = carried_states.sku_id_or_all
            and carried.carried_date = carried_states.carried_date
            and carried_states.state_no = 1
    union all
    select
        unpriced.listing_id,
        unpriced.price_date,
        unpriced.sku_id_or_all,
        unpriced.platform_id,
        unpriced.shop_id,
        unpriced.status,
        unpriced.currency,
        unpriced.fx_rate,
        {% for price in prices %}
        unpriced.{{ price }}_original,
        {% endfor %}
        unpriced.final_price_original,
        unpriced.final_price,
        unpriced.lowest_final_price,
        unpriced.highest_final_price,
        unpriced.snapshot_count,
        null as days_since_seen,
        unpriced.load_seq,
        unpriced.source_ref
    from unpriced
    left join carried
        on
            unpriced.listing_id = carried.listing_id
            and unpriced.sku_id_or_all = carried.sku_id_or_all
            and unpriced.price_date = carried.carried_date
    where carried.listing_id is null
),

listing_days as (
    select
        unioned.listing_id,
        unioned.sku_id_or_all,
        unioned.price_date,
        unioned.platform_id,
        unioned.shop_id,
        unioned.currency,
        unioned.fx_rate,
        {% for price in prices %}
        case
            when unioned.currency = '{{ var("reporting_currency") }}'
                then unioned.{{ price }}_original
            else unioned.{{ price }}_original * unioned.fx_rate
        end as {{ price }},
        {% endfor %}
        unioned.final_price,
        unioned.lowest_final_price,
        unioned.highest_final_price,
        unioned.final_price_original,
        unioned.status,
        unioned.snapshot_count,
        cast(unioned.days_since_seen as bigint) as days_since_seen,
        coalesce(unioned.days_since_seen > 0, false) as is_carried,
        unioned.load_seq,
        unioned.source_ref
    from unioned
    {% if is_incremental() %}
    inner join touched
        on
            unioned.listing_id = touched.listing_id
            and unioned.price_date >= touched.touched_from
    {% endif %}
)

select * from listing_days
