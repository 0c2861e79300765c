with

kept as (
    select * from {{ reference_rows('listing_matches') }} as kept
),

decided as (
    select
        own_listing_id,
        coalesce(own_sku_id, 'all') as own_sku_id_or_all,
        rival_listing_id,
        coalesce(rival_sku_id, 'all') as rival_sku_id_or_all,
        valid_from,
        {{ earlier_end('valid_to', 'closed_date') }} as valid_to,
        coalesce(is_match, true) as is_match,
        match_method,
        confidence,
        reviewed_by,
        load_seq,
        source_ref
    from kept
),

followed as (
    select
        *,
        lead(valid_from) over (
            partition by
                own_listing_id,
                own_sku_id_or_all,
                rival_listing_id,
                rival_sku_id_or_all
            order by valid_from
        ) as next_valid_from
    from decided
),

matches as (
    select
        own_listing_id,
        own_sku_id_or_all,
        rival_listing_id,
        rival_sku_id_or_all,
        valid_from,
        {{ earlier_end('valid_to', 'next_valid_from') }} as valid_to,
        is_match,
        -- a pair written down by hand without a confidence is a decision
        is_match
        and (reviewed_by is not null or coalesce(confidence, 1) >= 0.8) as is_usable,
        match_method,
        confidence,
        reviewed_by,
        load_seq,
        source_ref
    from followed
)

select * from matches
