-- Which listings became cheaper by more than a tenth, and when?
select changed_date, listing_id, price_before, price_after, change_rate, kind
from marts.price_changes
where change_rate < -0.10
order by changed_date desc, change_rate
limit 10;
