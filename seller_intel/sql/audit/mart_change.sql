-- The candidate beside the published version, key by key; sums are over the keys that
-- both have, so that a new day changes nothing and a rewritten past shows.
with

fresh as (
    select
        {key} as key_hash,
        {shared_row} as row_hash,
        {whole_row} as whole_hash,
        {business_date} as business_date
        {measures}
    from marts_build.{mart}
),

published as (
    select
        {key} as key_hash,
        {shared_row} as row_hash
        {measures}
    from marts.{mart}
)

select
    count(fresh.key_hash) as row_count,
    count(published.key_hash) as published_row_count,
    count(*) as key_count,
    count(*) filter (where fresh.key_hash = published.key_hash) as shared_count,
    count(*) filter (where fresh.row_hash <> published.row_hash) as changed_count,
    count(*) filter (where fresh.row_hash is distinct from published.row_hash)
        as differing_count,
    count(*) filter (where fresh.key_hash is null) as removed_count,
    max(fresh.business_date) as latest_business_date,
    md5(count(fresh.key_hash) || ' ' || coalesce(sum(fresh.whole_hash), 0)) as digest
    {sums}
from fresh
full join published on fresh.key_hash = published.key_hash
