{#
    What the counters of a sales unit said at the close of a day: one row per unit, kind
    of counter and closing date. A reading is placed at the nearest midnight; of several
    that close one day the last one counts. Variants that show one counter are one unit.
    A counter of a whole shop counts no listing, one of a single SKU not the listing.
#}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={
        'model': 'int_sales_units_touched', 'key': 'sales_unit_id',
        'date': 'closing_date',
    },
    indexes=[{
        'columns': ['sales_unit_id', 'closing_date', 'counter_kind'], 'unique': true,
    }],
) }}

{%- set half_a_day_before = dbt.dateadd('hour', -12, 'snapshots.observed_at') %}
{%- set closing_date = local_date(
    '(' ~ half_a_day_before ~ ')', 'platforms.time_zone'
) %}

with

snapshots as (
    select * from {{ ref('fct_listing_snapshots') }}
    where
        counter_lo is not null
        and coalesce(counter_scope, 'item') not in ('shop', 'sku')
        and coalesce(counter_unit, 'units') <> 'reviews'
),

listings as (
    select * from {{ ref('dim_listings') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

buckets as (
    select * from {{ ref('dim_counter_buckets') }}
),

touched as (
    select * from {{ ref('int_sales_units_touched') }}
),

followed as (
    select
        listing_id,
        valid_from,
        valid_to,
        sales_unit_id,
        shop_id,
        title_hash,
        platform_category_id,
        lag(shop_id) over following as shop_before,
        lag(title_hash) over following as title_before,
        lag(platform_category_id) over following as category_before
    from listings
    window following as (partition by listing_id order by valid_from)
),

-- another product under the same id: another shop, or another title and category
versions as (
    select
        listing_id,
        valid_from,
        valid_to,
        sales_unit_id,
        sum(
            case
                when sales_unit_id <> listing_id then 0
                when shop_id <> shop_before then 1
                when
                    title_hash <> title_before
                    and platform_category_id <> category_before
                    then 1
                else 0
            end
        ) over (
            partition by listing_id
            order by valid_from
            rows between unbounded preceding and current row
        ) as identity_no
    from followed
),

-- from when on a known text means something else
numbered_forms as (
    select
        platform_id,
        counter_type,
        valid_from,
        row_number() over (
            partition by platform_id, counter_type, text_form order by valid_from
        ) as version_no
    from buckets
),

regimes as (
    select
        platform_id,
        counter_type,
        valid_from,
        lead(valid_from) over (
            partition by platform_id, counter_type order by valid_from
        ) as valid_to
    from numbered_forms
    where version_no > 1
    group by platform_id, counter_type, valid_from
),

-- how many units a customer buys, where customers are counted
baskets as (
    select
        platform_id,
        counter_type,
        valid_from,
        min(units_per_customer_est) as units_per_customer_est,
        min(units_per_customer_hi) as units_per_customer_hi,
        lead(valid_from) over (
            partition by platform_id, counter_type order by valid_from
        ) as valid_to
    from buckets
    where unit = 'customers'
    group by platform_id, counter_type, valid_from
),

placed as (
    select
        versions.sales_unit_id,
        snapshots.platform_id,
        snapshots.listing_id,
        case
            when snapshots.counter_type in ('lifetime', 'exact_lifetime')
                then 'lifetime'
            else
                'rolling_' || cast(
                    coalesce(snapshots.counter_window_days, 30)
                    as {{ dbt.type_string() }}
                )
        end as counter_kind,
        snapshots.counter_type,
        {{ closing_date }} as closing_date,
        snapshots.observed_at,
        snapshots.observed_date,
        snapshots.sku_id_or_all,
        snapshots.reading_no,
        coalesce(snapshots.counter_unit, 'units') as counter_unit,
        coalesce(snapshots.counter_window_days, 30) as window_days,
        snapshots.counter_lo,
        snapshots.counter_hi,
        snapshots.is_counter_open_ended,
        case
            when snapshots.review_count_lo = snapshots.review_count_hi
                then snapshots.review_count_lo
        end as review_count,
        versions.identity_no,
        snapshots.load_seq,
        snapshots.source_ref
    from snapshots
    inner join versions
        on
            snapshots.listing_id = versions.listing_id
            and {{ holds_on(
                'snapshots.observed_date', 'versions.valid_from', 'versions.valid_to'
            ) }}
    inner join platforms on snapshots.platform_id = platforms.platform_id
    {% if is_incremental() %}
    inner join touched
        on
            versions.sales_unit_id = touched.sales_unit_id
            and snapshots.observed_date >= touched.touched_from
    {% endif %}
    where
        snapshots.counter_type is not null
        {% if is_incremental() %}
        and {{ closing_date }} >= touched.touched_from
        {% endif %}
),

ranked as (
    select
        *,
        row_number() over (
            partition by sales_unit_id, counter_kind, closing_date
            order by
                observed_at desc,
                source_ref asc,
                listing_id asc,
                sku_id_or_all asc,
                reading_no asc
        ) as choice_no
    from placed
),

readings as (
    select
        ranked.sales_unit_id,
        ranked.counter_kind,
        ranked.closing_date,
        {{ dbt.datediff("date '2000-01-01'", 'ranked.closing_date', 'day') }}
            as day_no,
        ranked.platform_id,
        ranked.listing_id,
        case ranked.counter_type when 'badge_recent' then 'badge' else 'rolling' end
            as rolling_basis,
        ranked.window_days,
        ranked.counter_lo as units_lo,
        case
            when ranked.is_counter_open_ended then ranked.counter_lo
            else (ranked.counter_lo + ranked.counter_hi) / 2
        end
        * case
            when ranked.counter_unit = 'customers'
                then coalesce(baskets.units_per_customer_est, 1.1)
            else 1
        end as units_mid,
        ranked.counter_hi
        * case
            when ranked.counter_unit = 'customers'
                then coalesce(baskets.units_per_customer_hi, 2)
            else 1
        end as units_hi,
        ranked.is_counter_open_ended as is_open_ended,
        ranked.review_count,
        ranked.identity_no,
        ranked.counter_unit
        || coalesce(
            ' since ' || cast(regimes.valid_from as {{ dbt.type_string() }}), ''
        ) as regime,
        ranked.load_seq,
        ranked.source_ref
    from ranked
    left join regimes
        on
            ranked.platform_id = regimes.platform_id
            and ranked.counter_type = regimes.counter_type
            and {{ holds_on(
                'ranked.observed_date', 'regimes.valid_from', 'regimes.valid_to'
            ) }}
    left join baskets
        on
            ranked.platform_id = baskets.platform_id
            and ranked.counter_type = baskets.counter_type
            and ranked.counter_unit = 'customers'
            and {{ holds_on(
                'ranked.observed_date', 'baskets.valid_from', 'baskets.valid_to'
            ) }}
    where ranked.choice_no = 1
)

select * from readings
