-- The customers of a shop as the models see them on a date, and what the hold-out after
-- another date brought. Times are in days. What is null in the hold-out's columns was
-- not a customer yet.
copy (
    select
        days.customer_id,
        count(*) - 1 as x,
        max(days.purchase_date) - min(days.purchase_date) as t_x_days,
        {as_of_date} - min(days.purchase_date) as age_days,
        count(*) filter (where days.is_repeat and days.value > 0) as valued,
        avg(days.value) filter (where days.is_repeat and days.value > 0) as value,
        count(*) filter (where days.purchase_date <= {holdout_date}) - 1
            as before_x,
        max(days.purchase_date) filter (
            where days.purchase_date <= {holdout_date}
        ) - min(days.purchase_date) as before_t_x_days,
        {holdout_date} - min(days.purchase_date) as before_age_days,
        count(*) filter (
            where
            days.is_repeat and days.value > 0
            and days.purchase_date <= {holdout_date}
        ) as before_valued,
        avg(days.value) filter (
            where
            days.is_repeat and days.value > 0
            and days.purchase_date <= {holdout_date}
        ) as before_value,
        count(*) filter (where days.purchase_date > {holdout_date})
            as after_days,
        sum(days.value) filter (where days.purchase_date > {holdout_date})
            as after_value
    from (
        select
            customer_id,
            purchase_date,
            goods_value as value,
            purchase_day_no > 1 as is_repeat
        from core.agg_customer_days
        where shop_id = {shop_id} and purchase_date <= {as_of_date}
    ) as days
    group by days.customer_id
    order by days.customer_id collate "C"
) to stdout (format csv, header)
