-- The last fit of a shop, whatever became of it.
select * from ops.clv_fits
where shop_id = %(shop_id)s
order by run desc
limit 1
