{# Every age from 0 to the oldest of a cohort has its row. #}
{% test triangle_is_dense(model) %}
select
    shop_id,
    channel,
    cohort_month_date
from {{ model }}
group by shop_id, channel, cohort_month_date
having min(age_months) <> 0 or count(*) <> max(age_months) + 1
{% endtest %}
