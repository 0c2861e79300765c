with

earlier_load as (
    select loads.load_id, crawl_listings.shapes
    from ops.loads
    left join ops.crawl_listings
        on
            loads.stream_id = crawl_listings.stream_id
            and loads.source = crawl_listings.source
            and loads.run = crawl_listings.run
    where
        loads.stream_id = %(stream_id)s
        and loads.source = %(source)s
        and loads.run < %(run)s
        and loads.is_current
        and loads.status = 'accepted'
    order by loads.run desc
    limit 1
),

readings as (
    select
        load_id,
        payload ->> 'listing_id' as listing_id,
        coalesce(payload ->> 'sku_id', '') as sku_id,
        payload ->> 'currency' as currency,
        min(
            case
                when pg_input_is_valid(payload ->> 'price', 'numeric')
                    then cast(payload ->> 'price' as numeric)
            end
        ) as price
    from raw.{table}
    where
        load_id = %(load_id)s
        or load_id = (select earlier_load.load_id from earlier_load)
    group by 1, 2, 3, 4
),

seen as (
    select * from readings
    where load_id = %(load_id)s
),

earlier as (
    select * from readings
    where load_id <> %(load_id)s
),

changes as (
    select seen.price / earlier.price - 1 as change_rate
    from seen
    inner join earlier
        on
            seen.listing_id = earlier.listing_id
            and seen.sku_id = earlier.sku_id
            and seen.currency = earlier.currency
    where seen.price > 0 and earlier.price > 0
),

shapes as (
    select
        key as shape,
        cast(value as bigint) as pages,
        (select earlier_load.shapes from earlier_load) as known
    from jsonb_each_text(cast(%(shapes)s as jsonb))
)

insert into ops.crawl_listings (
    run, source, stream_id, crawl_date, listings_seen, listings_new, listings_gone,
    prices_compared, median_price_change_rate, shapes, pages_shaped,
    pages_of_new_shape, methods
)
select
    %(run)s,
    %(source)s,
    %(stream_id)s,
    %(crawl_date)s,
    (select count(distinct listing_id) from seen),
    case
        when exists (select 1 from earlier_load)
            then (
                select count(distinct listing_id) from seen
                where listing_id not in (select earlier.listing_id from earlier)
            )
    end,
    case
        when %(is_whole)s and exists (select 1 from earlier_load)
            then (
                select count(distinct listing_id) from earlier
                where listing_id not in (select seen.listing_id from seen)
            )
    end,
    (select count(*) from changes),
    (
        select
            cast(
                percentile_cont(0.5) within group (
                    order by cast(change_rate as double precision)
                ) as numeric
            )
        from changes
    ),
    cast(%(shapes)s as jsonb),
    (select coalesce(sum(pages), 0) from shapes),
    (
        select coalesce(sum(pages) filter (where not jsonb_exists(known, shape)), 0)
        from shapes
        having bool_and(known is not null)
    ),
    cast(%(methods)s as jsonb)
