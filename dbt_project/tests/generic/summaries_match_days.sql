{# The repeats of a prediction are the purchase days before it less the first. #}
{% test summaries_match_days(model) %}
with

days as (
    select
        days.shop_id,
        days.customer_id,
        count(*) - 1 as repeat_x
    from {{ ref('agg_customer_days') }} as days
    inner join {{ model }} as lifetimes
        on
            days.shop_id = lifetimes.shop_id
            and days.customer_id = lifetimes.customer_id
            and days.purchase_date < lifetimes.prediction_date
    group by days.shop_id, days.customer_id
)

select lifetimes.shop_id
from {{ model }} as lifetimes
left join days
    on
        lifetimes.shop_id = days.shop_id
        and lifetimes.customer_id = days.customer_id
where lifetimes.is_predicted and lifetimes.repeat_x is distinct from days.repeat_x
{% endtest %}
