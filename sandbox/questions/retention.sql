-- How many customers of a month come back one, two, three months later?
select shop_id, cohort_month_date, age_months, retention_share
from marts.cohort_retention_monthly
where channel = 'all' and not is_partial and age_months between 1 and 3
order by shop_id, cohort_month_date, age_months;
