-- Candidate pairs that nobody has decided, surest first, with what both sides say.
select
    candidates.own_listing_id,
    candidates.rival_listing_id,
    candidates.probability,
    candidates.grade,
    candidates.match_method,
    own.title as own_title,
    rivals.title as rival_title
from ops.listing_match_candidates as candidates
left join core.dim_listings as own
    on candidates.own_listing_id = own.listing_id and own.is_current
left join core.dim_listings as rivals
    on candidates.rival_listing_id = rivals.listing_id and rivals.is_current
where
    candidates.grade = any(%(grades)s)
    and not exists (
        select 1
        from ops.listing_match_reviews as reviews
        where
            candidates.own_listing_id = reviews.own_listing_id
            and candidates.rival_listing_id = reviews.rival_listing_id
            -- as in listing_matches, an unsure row that nobody reviewed decides nothing
            and (
                reviews.reviewed_by is not null
                or coalesce(reviews.confidence, 1) >= 0.8
            )
    )
order by
    candidates.probability desc, candidates.own_listing_id, candidates.rival_listing_id
limit %(most)s
