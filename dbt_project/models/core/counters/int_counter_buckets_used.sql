-- depends_on: {{ ref('fct_listing_snapshots') }}
{# A copy made when all counters are read by them: see int_listings_touched. #}
with

buckets as (
    select * from {{ ref('int_counter_buckets_read') }}
)

select * from buckets
