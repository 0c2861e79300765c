{#
    Pairs of our and a rival listing. What people decided comes first, the later
    decision on a pair over the earlier one, whether it stands in the reference file or
    came from the review queue; a pair that nobody decided is what the last fit takes it
    for. A row of the file that nobody reviewed and whose confidence is below 0.8
    decides nothing.
#}
{%- set pair = [
    'own_listing_id', 'own_sku_id_or_all', 'rival_listing_id', 'rival_sku_id_or_all',
] -%}
with

kept as (
    select * from {{ reference_rows('listing_matches') }} as kept
),

reviews as (
    select * from {{ ref('stg_ops__listing_match_reviews') }}
    where origin <> 'file'
),

candidates as (
    select * from {{ ref('stg_ops__listing_match_candidates') }}
    where grade in ('certain', 'likely')
),

filed as (
    select
        own_listing_id,
        coalesce(own_sku_id, 'all') as own_sku_id_or_all,
        rival_listing_id,
        coalesce(rival_sku_id, 'all') as rival_sku_id_or_all,
        valid_from,
        {{ earlier_end('valid_to', 'closed_date') }} as valid_to,
        coalesce(is_match, true) as is_match,
        -- a pair written down by hand without a confidence is a decision
        reviewed_by is not null or coalesce(confidence, 1) >= 0.8 as is_decision,
        match_method,
        confidence,
        reviewed_by,
        {{ instant_of_run('run') }} as decided_at,
        load_seq,
        source_ref
    from kept
),

numbered_reviews as (
    select
        *,
        coalesce(own_sku_id, 'all') as own_sku_id_or_all,
        coalesce(rival_sku_id, 'all') as rival_sku_id_or_all,
        row_number() over (
            partition by own_listing_id, own_sku_id, rival_listing_id, rival_sku_id
            order by decided_at desc, review_id desc
        ) as choice_no
    from reviews
),

last_filed as (
    select
        {{ traits_of('filed', pair) }},
        max(decided_at) as decided_at
    from filed
    group by {{ traits_of('filed', pair) }}
),

last_reviews as (
    select numbered_reviews.*
    from numbered_reviews
    left join last_filed
        on
            {{ same_traits('numbered_reviews', 'last_filed', pair) }}
    where
        numbered_reviews.choice_no = 1
        and (
            last_filed.decided_at is null
            or numbered_reviews.decided_at >= last_filed.decided_at
        )
),

decided as (
    select
        {{ traits_of('filed', pair) }},
        filed.valid_from,
        filed.valid_to,
        filed.is_match,
        filed.is_match and filed.is_decision as is_usable,
        filed.is_decision,
        filed.match_method,
        filed.confidence,
        filed.reviewed_by,
        filed.load_seq,
        filed.source_ref
    from filed
    left join last_reviews
        on
            {{ same_traits('filed', 'last_reviews', pair) }}
    where last_reviews.own_listing_id is null
    union all
    select
        {{ traits_of('last_reviews', pair) }},
        date '1900-01-01' as valid_from,
        null as valid_to,
        is_match,
        is_match as is_usable,
        true as is_decision,
        match_method,
        confidence,
        reviewed_by,
        null as load_seq,
        'review ' || cast(review_id as {{ dbt.type_string() }}) as source_ref
    from last_reviews
),

followed as (
    select
        *,
        lead(valid_from) over (
            partition by {{ pair | join(', ') }} order by valid_from
        ) as next_valid_from
    from decided
),

known as (
    select
        own_listing_id,
        rival_listing_id
    from decided
    group by own_listing_id, rival_listing_id
    having max(case when is_decision then 1 else 0 end) = 1
),

undecided as (
    select candidates.*
    from candidates
    left join known
        on
            candidates.own_listing_id = known.own_listing_id
            and candidates.rival_listing_id = known.rival_listing_id
    where known.own_listing_id is null
),

-- where the fit knows better, a row that decides nothing says nothing
told as (
    select followed.*
    from followed
    left join undecided
        on
            followed.own_listing_id = undecided.own_listing_id
            and followed.rival_listing_id = undecided.rival_listing_id
    where undecided.own_listing_id is null
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
        is_usable,
        match_method,
        confidence,
        reviewed_by,
        load_seq,
        source_ref
    from told
    union all
    select
        own_listing_id,
        'all' as own_sku_id_or_all,
        rival_listing_id,
        'all' as rival_sku_id_or_all,
        date '1900-01-01' as valid_from,
        null as valid_to,
        true as is_match,
        true as is_usable,
        match_method,
        probability as confidence,
        null as reviewed_by,
        null as load_seq,
        'fit ' || run as source_ref
    from undecided
)

select * from matches
