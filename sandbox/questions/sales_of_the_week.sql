-- What did each shop sell in the last week?
select sales_date, shop_id, order_count, gmv, refund_amount, net_sales
from marts.shop_sales_daily
where
    channel = 'all'
    and sales_date > (
        select latest_business_date - 7
        from marts.data_status
        where mart_name = 'shop_sales_daily'
    )
order by sales_date desc, shop_id;
