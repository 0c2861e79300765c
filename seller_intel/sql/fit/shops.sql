-- The shops with customers, since when, and the Monday their predictions start from:
-- that of the week of an instant in their time zone, or of an earlier week where no
-- later day was delivered, since a day not delivered is no day without purchases.
select
    days.shop_id,
    date_trunc(
        'week',
        least(
            (%(as_of)s at time zone shops.time_zone)::date,
            delivered.last_date + 1
        )
    )::date as prediction_date,
    days.first_date
from (
    select
        shop_id,
        min(purchase_date) as first_date
    from core.agg_customer_days
    group by shop_id
) as days
inner join core.dim_shops as shops on days.shop_id = shops.shop_id
left join (
    select
        covered_id as shop_id,
        max(coverage_date) as last_date
    from core.fct_coverage_daily
    where covered_kind = 'shop' and stream = 'orders' and is_delivered
    group by covered_id
) as delivered on days.shop_id = delivered.shop_id
where days.shop_id <> 'unknown'
order by days.shop_id
