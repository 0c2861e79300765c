with

kept as (
    select * from {{ reference_rows('activities') }} as kept
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

closed as (
    select
        kept.activity_id,
        kept.platform_id,
        kept.shop_id,
        kept.listing_id,
        kept.kind,
        kept.name,
        kept.starts_at,
        case
            when
                kept.closed_date is not null
                and kept.ends_at > {{ local_midnight(
                    'kept.closed_date', 'platforms.time_zone'
                ) }}
                then {{ local_midnight('kept.closed_date', 'platforms.time_zone') }}
            else kept.ends_at
        end as ends_at,
        coalesce(platforms.time_zone, 'Asia/Shanghai') as time_zone,
        kept.load_seq,
        kept.source_ref
    from kept
    left join platforms on kept.platform_id = platforms.platform_id
),

-- an activity taken back before it began, or with its ends swapped, never was
dated as (
    select
        activity_id,
        platform_id,
        shop_id,
        listing_id,
        kind,
        name,
        starts_at,
        ends_at,
        {{ local_date('starts_at', 'time_zone') }} as first_date,
        {{ local_date(
            '(' ~ dbt.dateadd('second', -1, 'ends_at') ~ ')', 'time_zone'
        ) }} as last_date,
        load_seq,
        source_ref
    from closed
    where ends_at > starts_at
)

select * from dated
