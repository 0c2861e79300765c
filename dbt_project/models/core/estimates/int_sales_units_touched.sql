{#
    The sales units with a listing that a build looks at again, and the first day on
    which one may read otherwise. A reading before noon closes the day before, so the
    day before the listing's own counts. A listing that joins or leaves a family touches
    the unit it stood for alone, and every unit its readings stood in.
#}
{%- set readings = standing('int_counter_readings') -%}
with

listings_touched as (
    select * from {{ ref('int_listings_touched') }}
),

listings as (
    select * from {{ ref('dim_listings') }}
),

causes as (
    select
        listings.sales_unit_id,
        listings_touched.touched_from
    from listings_touched
    inner join listings on listings_touched.listing_id = listings.listing_id
    union all
    select
        listing_id as sales_unit_id,
        touched_from
    from listings_touched
    {% if readings %}
    union all
    select
        readings.sales_unit_id,
        listings_touched.touched_from
    from {{ readings }} as readings
    inner join listings_touched on readings.listing_id = listings_touched.listing_id
    where readings.closing_date >= {{ days_after('listings_touched.touched_from', -1) }}
    {% endif %}
),

touched as (
    select
        sales_unit_id,
        {{ days_after('min(touched_from)', -1) }} as touched_from,
        {{ month_of(days_after('min(touched_from)', -1)) }} as touched_month
    from causes
    group by sales_unit_id
)

select * from touched
