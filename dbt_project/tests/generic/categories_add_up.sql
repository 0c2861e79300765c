{# A category is its children and the sales units that stand in it directly. #}
{% test categories_add_up(model) %}
with

children as (
    select
        sizes.platform_id,
        categories.parent_id as category_id,
        sizes.month_date,
        sum(sizes.units_est) as units_est,
        sum(sizes.gmv_est) as gmv_est
    from {{ model }} as sizes
    inner join {{ ref('dim_categories') }} as categories
        on sizes.category_id = categories.category_id
    where categories.parent_id is not null
    group by sizes.platform_id, categories.parent_id, sizes.month_date
),

direct as (
    select
        platform_id,
        category_id,
        month_date,
        sum(units_est) as units_est,
        sum(gmv_est) as gmv_est
    from {{ ref('agg_category_units_monthly') }}
    where expected_days > 0
    group by platform_id, category_id, month_date
)

select
    sizes.platform_id,
    sizes.category_id,
    sizes.month_date
from {{ model }} as sizes
left join children
    on
        sizes.platform_id = children.platform_id
        and sizes.category_id = children.category_id
        and sizes.month_date = children.month_date
left join direct
    on
        sizes.platform_id = direct.platform_id
        and sizes.category_id = direct.category_id
        and sizes.month_date = direct.month_date
where
    abs(
        coalesce(sizes.units_est, 0)
        - coalesce(children.units_est, 0)
        - coalesce(direct.units_est, 0)
    ) > 0.001
    or abs(
        coalesce(sizes.gmv_est, 0)
        - coalesce(children.gmv_est, 0)
        - coalesce(direct.gmv_est, 0)
    ) > 0.01
{% endtest %}
