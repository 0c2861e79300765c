with

ads as (
    select * from {{ ref('fct_ad_daily') }}
    where shop_id <> 'unknown'
),

goods as (
    select * from {{ ref('agg_listing_orders_daily') }}
    where sku_id_or_all = 'all'
),

sales as (
    select * from {{ ref('shop_sales_daily') }}
    where channel = 'all'
),

-- what sales of a month leave before advertising, refunds to date deducted
shop_margins as (
    select
        shop_id,
        {{ month_of('sales_date') }} as month_date,
        case
            when count(contribution_profit + ad_cost_amount) = count(gmv)
                then sum(contribution_profit + ad_cost_amount)
        end / nullif(sum(gmv), 0) as margin_rate,
        sum(platform_fee_amount + commission_amount)
        / nullif(sum(gmv), 0) as fee_rate
    from sales
    group by shop_id, {{ month_of('sales_date') }}
),

listing_margins as (
    select
        shop_id,
        listing_id,
        {{ month_of('sales_date') }} as month_date,
        case
            when sum(uncosted_line_count) = 0
                then sum(goods_sales - refunded_goods_amount - cost_of_goods_amount)
        end / nullif(sum(goods_sales), 0) as goods_margin_rate
    from goods
    group by shop_id, listing_id, {{ month_of('sales_date') }}
),

placed as (
    select
        ads.shop_id,
        ads.ad_platform,
        ads.campaign_id,
        coalesce(ads.ad_id, 'unknown') as ad_id,
        coalesce(ads.keyword, 'unknown') as keyword,
        max(
            case when ads.ad_id is not null or ads.keyword is not null then 1 else 0 end
        ) over (
            partition by ads.shop_id, ads.ad_platform, ads.campaign_id, ads.stat_date
        ) as has_parts,
        ads.stat_date as ad_date,
        ads.impressions,
        ads.clicks,
        ads.cost_amount,
        ads.attributed_orders,
        ads.attributed_gmv,
        ads.window_days,
        ads.industry_click_rate * ads.impressions as industry_clicks,
        case when ads.industry_click_rate is not null then ads.impressions end
            as industry_impressions,
        ads.ad_rank * ads.impressions as weighted_rank,
        case when ads.ad_rank is not null then ads.impressions end
            as ranked_impressions,
        case
            when ads.attributed_gmv = 0 then 0
            when ads.listing_id is null
                then ads.attributed_gmv * shop_margins.margin_rate
            else
                ads.attributed_gmv
                * (listing_margins.goods_margin_rate - shop_margins.fee_rate)
        end as attributed_margin
    from ads
    left join shop_margins
        on
            ads.shop_id = shop_margins.shop_id
            and {{ month_of('ads.stat_date') }} = shop_margins.month_date
    left join listing_margins
        on
            ads.shop_id = listing_margins.shop_id
            and ads.listing_id = listing_margins.listing_id
            and {{ month_of('ads.stat_date') }} = listing_margins.month_date
),

-- a row of its own for each ad and keyword, where the report tells them apart
graded as (
    select
        shop_id,
        ad_platform,
        campaign_id,
        ad_id,
        keyword,
        ad_date,
        impressions,
        clicks,
        cost_amount,
        attributed_orders,
        attributed_gmv,
        window_days,
        industry_clicks,
        industry_impressions,
        weighted_rank,
        ranked_impressions,
        attributed_margin
    from placed
    where has_parts = 1
    union all
    select
        shop_id,
        ad_platform,
        campaign_id,
        'all' as ad_id,
        'all' as keyword,
        ad_date,
        impressions,
        clicks,
        cost_amount,
        attributed_orders,
        attributed_gmv,
        window_days,
        industry_clicks,
        industry_impressions,
        weighted_rank,
        ranked_impressions,
        attributed_margin
    from placed
),

added as (
    select
        shop_id,
        ad_platform,
        campaign_id,
        ad_id,
        keyword,
        ad_date,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        case when count(cost_amount) = count(*) then sum(cost_amount) end
            as cost_amount,
        cast(sum(attributed_orders) as bigint) as attributed_orders,
        sum(attributed_gmv) as attributed_gmv,
        case
            when
                min(coalesce(window_days, -1)) = max(coalesce(window_days, -1))
                then max(window_days)
        end as window_days,
        min(coalesce(window_days, -1))
        <> max(coalesce(window_days, -1)) as has_mixed_windows,
        sum(industry_clicks)
        / nullif(sum(industry_impressions), 0) as industry_click_rate,
        sum(weighted_rank) / nullif(sum(ranked_impressions), 0) as ad_rank,
        case
            when count(attributed_margin) = count(attributed_gmv)
                then sum(attributed_margin)
        end as attributed_margin
    from graded
    group by shop_id, ad_platform, campaign_id, ad_id, keyword, ad_date
),

figured as (
    select
        *,
        cast(clicks as numeric) / nullif(impressions, 0) as click_rate,
        {{ wilson_bound('clicks', 'impressions', -1) }} as click_rate_lo,
        {{ wilson_bound('clicks', 'impressions', 1) }} as click_rate_hi
    from added
),

published as (
    select
        shop_id,
        ad_platform,
        campaign_id,
        ad_id,
        keyword,
        ad_date,
        impressions,
        clicks,
        cost_amount,
        attributed_orders,
        attributed_gmv,
        window_days,
        click_rate,
        cost_amount / nullif(clicks, 0) as cost_per_click,
        1000 * cost_amount / nullif(impressions, 0) as cost_per_mille,
        case
            when not has_mixed_windows
                then cast(attributed_orders as numeric) / nullif(clicks, 0)
        end as click_to_order_rate,
        case when not has_mixed_windows then cost_amount end
        / nullif(attributed_orders, 0) as cost_per_order,
        case when not has_mixed_windows then attributed_gmv end
        / nullif(cost_amount, 0) as roas,
        case when not has_mixed_windows then attributed_margin end
        / nullif(cost_amount, 0) as contribution_roas,
        industry_click_rate,
        click_rate - industry_click_rate as click_rate_gap,
        click_rate_lo,
        case when click_rate_lo is not null then click_rate end as click_rate_est,
        click_rate_hi,
        case
            when click_rate_lo is null or industry_click_rate is null then null
            when click_rate_lo > industry_click_rate then 'better'
            when click_rate_hi < industry_click_rate then 'worse'
            else 'unclear'
        end as style_verdict,
        ad_rank
    from figured
)

select * from published
