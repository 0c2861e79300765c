-- The reference file's decisions that are not written down yet.
insert into ops.listing_match_reviews (
    own_listing_id, own_sku_id, rival_listing_id, rival_sku_id, is_match, confidence,
    match_method, reviewed_by, decided_at, origin, record_key, load_seq
)
select
    own_listing_id,
    own_sku_id,
    rival_listing_id,
    rival_sku_id,
    coalesce(is_match, true),
    confidence,
    match_method,
    reviewed_by,
    cast(to_timestamp(run, 'YYYYMMDD"T"HH24MISS') as timestamp) at time zone 'UTC',
    'file',
    record_key,
    load_seq
from core.int_listing_matches_unioned
order by load_seq, record_key
on conflict (record_key, load_seq) do nothing
