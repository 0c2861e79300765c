{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={'model': 'int_listings_touched', 'date': 'valid_from'},
    indexes=[{'columns': ['listing_id', 'valid_from'], 'unique': true}],
) }}

{%- set traits = [
    'shop_id', 'family_id', 'title', 'brand', 'platform_category_id', 'counter_scope',
] %}

with

listings as (
    select * from {{ ref('int_listings_unioned') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

touched as (
    select * from {{ ref('int_listings_touched') }}
),

readings as (
    select
        listings.listing_id,
        listings.platform_id,
        {{ traits_of('listings', traits) }},
        {{ local_date('listings.observed_at', 'platforms.time_zone') }} as state_date,
        listings.observed_at as state_at
    from listings
    inner join platforms on listings.platform_id = platforms.platform_id
    {% if is_incremental() %}
    inner join touched on listings.listing_id = touched.listing_id
    where
        {{ is_in_reach('listings.observed_at') }}
        and {{ local_date('listings.observed_at', 'platforms.time_zone') }}
        >= touched.touched_from
    {% endif %}
),

{% if is_incremental() %}
last_kept as (
    select
        versions.listing_id,
        max(versions.valid_from) as valid_from
    from {{ this }} as versions
    inner join touched on versions.listing_id = touched.listing_id
    where versions.valid_from < touched.touched_from
    group by versions.listing_id
),
{% endif %}

states as (
    select
        readings.listing_id,
        readings.platform_id,
        {{ traits_of('readings', traits) }},
        min(readings.state_date) as first_date
    from readings
    group by
        readings.listing_id,
        readings.platform_id,
        {{ traits_of('readings', traits) }}
    {% if is_incremental() %}
    -- what stood on the last day that is not built again
    union all
    select
        standing.listing_id,
        standing.platform_id,
        {{ traits_of('standing', traits) }},
        standing.valid_from as first_date
    from {{ this }} as standing
    inner join last_kept
        on
            standing.listing_id = last_kept.listing_id
            and standing.valid_from = last_kept.valid_from
    {% endif %}
),

counted as (
    select
        *,
        count(*) over (partition by listing_id) as state_count
    from states
),

-- most listings never change; only the others are followed day by day
changing as (
    select
        listing_id,
        min(first_date) as first_date
    from counted
    where state_count > 1
    group by listing_id
),

moments as (
    select
        readings.listing_id,
        readings.platform_id,
        {{ traits_of('readings', traits) }},
        readings.state_date,
        readings.state_at
    from readings
    where readings.listing_id in (select changing.listing_id from changing)
    {% if is_incremental() %}
    union all
    select
        states.listing_id,
        states.platform_id,
        {{ traits_of('states', traits) }},
        states.first_date as state_date,
        cast(states.first_date as {{ dbt.type_timestamp() }}) as state_at
    from states
    inner join touched on states.listing_id = touched.listing_id
    where
        states.first_date < touched.touched_from
        and states.listing_id in (select changing.listing_id from changing)
    {% endif %}
),

placed as (
    select
        *,
        row_number() over (
            partition by listing_id
            order by state_date, state_at, {{ traits | join(', ') }}
        ) as moment_no
    from moments
),

-- a page that does not show a trait does not change it: count the pages that do
known as (
    select
        *,
        {% for trait in traits %}
        count({{ trait }}) over (
            partition by listing_id order by moment_no
        ) as {{ trait }}_no,
        {% endfor %}
        row_number() over (
            partition by listing_id, state_date order by moment_no desc
        ) as closing_no
    from placed
),

filled as (
    select
        listing_id,
        platform_id,
        {% for trait in traits %}
        max({{ trait }}) over (
            partition by listing_id, {{ trait }}_no
        ) as {{ trait }},
        {% endfor %}
        state_date,
        closing_no
    from known
),

closings as (
    select
        *,
        {% for trait in traits %}
        lag({{ trait }}) over (
            partition by listing_id order by state_date
        ) as {{ trait }}_before,
        {% endfor %}
        row_number() over (partition by listing_id order by state_date) as day_no
    from filled
    where closing_no = 1
),

versions as (
    select
        closings.listing_id,
        closings.state_date as valid_from,
        closings.platform_id,
        {{ traits_of('closings', traits) }}
    from closings
    where
        closings.day_no = 1
        {% for trait in traits %}
        or coalesce(closings.{{ trait }}, '')
        <> coalesce(closings.{{ trait }}_before, '')
        {% endfor %}
    union all
    select
        counted.listing_id,
        counted.first_date as valid_from,
        counted.platform_id,
        {{ traits_of('counted', traits) }}
    from counted
    where counted.state_count = 1
)

select
    versions.listing_id,
    versions.valid_from,
    versions.platform_id,
    {{ traits_of('versions', traits) }}
from versions
{% if is_incremental() %}
inner join touched on versions.listing_id = touched.listing_id
where versions.valid_from >= touched.touched_from
{% endif %}
