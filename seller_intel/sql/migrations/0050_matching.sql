-- Which rival listing is the same product as one of ours: what the last fit found, and
-- what people decided.

create table ops.listing_match_candidates (
    own_listing_id text not null,
    rival_listing_id text not null,
    probability numeric not null check (probability between 0 and 1),
    grade text not null check (grade in ('certain', 'likely', 'review')),
    match_method text not null check (
        match_method in ('gtin', 'model_number', 'title')
    ),
    run text not null,
    primary key (own_listing_id, rival_listing_id)
);
comment on table ops.listing_match_candidates is
'One row per pair of our and a rival listing that the last fit holds for one product,
with its probability; certain from 0.97, likely from 0.8, review from 0.3. run: the fit
that found it so.';

create table ops.listing_match_reviews (
    review_id bigint generated always as identity primary key,
    own_listing_id text not null,
    own_sku_id text,
    rival_listing_id text not null,
    rival_sku_id text,
    is_match boolean not null,
    confidence numeric,
    match_method text,
    reviewed_by text,
    decided_at timestamptz not null,
    origin text not null check (origin in ('file', 'review', 'csv')),
    record_key text,
    load_seq bigint,
    note text,
    check ((origin = 'file') = (load_seq is not null)),
    check (origin = 'file' or reviewed_by is not null)
);
create index listing_match_reviews_pair
on ops.listing_match_reviews (own_listing_id, rival_listing_id);
create unique index listing_match_reviews_file
on ops.listing_match_reviews (record_key, load_seq);
comment on table ops.listing_match_reviews is
'One row per decision on a pair, never changed: from the reference file listing_matches
(decided when its delivery was made), from the review queue, or from a CSV. The latest
decision on a pair wins.';
