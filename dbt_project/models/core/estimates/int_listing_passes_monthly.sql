{#
    In which sorted lists a sales unit was met in a month: one row per unit, month and
    list. Two lists that are made independently are two passes over one population.
    Advertised places add listings, never a pass.
#}
{{ config(
    materialized='incremental',
    incremental_strategy='touched_from',
    touched={
        'model': 'int_sales_units_touched', 'key': 'sales_unit_id',
        'date': 'month_date', 'from': 'touched_month',
    },
    indexes=[{
        'columns': ['sales_unit_id', 'month_date', 'rank_list'], 'unique': true,
    }],
) }}

with

snapshots as (
    select * from {{ ref('fct_listing_snapshots') }}
    where rank_list is not null and not coalesce(is_ad, false)
),

listings as (
    select * from {{ ref('dim_listings') }}
),

touched as (
    select * from {{ ref('int_sales_units_touched') }}
),

passes as (
    select
        listings.sales_unit_id,
        {{ month_of('snapshots.observed_date') }} as month_date,
        snapshots.rank_list
    from snapshots
    inner join listings
        on
            snapshots.listing_id = listings.listing_id
            and {{ holds_on(
                'snapshots.observed_date', 'listings.valid_from', 'listings.valid_to'
            ) }}
    {% if is_incremental() %}
    inner join touched
        on
            listings.sales_unit_id = touched.sales_unit_id
            and snapshots.observed_date >= touched.touched_month
    {% endif %}
    group by
        listings.sales_unit_id,
        {{ month_of('snapshots.observed_date') }},
        snapshots.rank_list
)

select * from passes
