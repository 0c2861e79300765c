{# The sales of a shop's day are those its platform reports, within a share of them. #}
{% test agrees_with_platform(model, tolerance) %}
with

reports as (
    select
        *,
        row_number() over (
            partition by record_key
            order by source_rank asc, load_seq desc, source_ref desc
        ) as version_no
    from {{ ref('int_traffic_unioned') }}
    -- the shop's own total, not that of a channel, an entry or a listing
    where
        channel is null
        and entry is null
        and listing_id is null
        and sku_id is null
        and platform_gmv is not null
        and currency = '{{ var("reporting_currency") }}'
),

sales as (
    select * from {{ model }}
    where channel = 'all'
)

select
    sales.shop_id,
    sales.sales_date,
    sales.gmv,
    reports.platform_gmv
from sales
inner join reports
    on
        sales.shop_id = reports.shop_id
        and sales.sales_date = reports.stat_date
        and reports.version_no = 1
where abs(sales.gmv - reports.platform_gmv) > {{ tolerance }} * reports.platform_gmv
{% endtest %}
