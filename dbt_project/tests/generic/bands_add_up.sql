{# The bands of every scheme hold all units of their category, and none overlap. #}
{% test bands_add_up(model) %}
with

followed as (
    select
        *,
        lag(band_hi) over (
            partition by platform_id, category_id, month_date, scheme
            order by band_no
        ) as hi_before,
        sum(units_est) over (
            partition by platform_id, category_id, month_date, scheme
        ) as all_units
    from {{ model }}
)

select
    followed.platform_id,
    followed.category_id,
    followed.month_date,
    followed.scheme,
    followed.band_no
from followed
inner join {{ ref('category_size_monthly') }} as sizes
    on
        followed.platform_id = sizes.platform_id
        and followed.category_id = sizes.category_id
        and followed.month_date = sizes.month_date
where
    followed.hi_before <> followed.band_lo
    or abs(followed.all_units - coalesce(sizes.units_est, 0)) > 0.001
{% endtest %}
