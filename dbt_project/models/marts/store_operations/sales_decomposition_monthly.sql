with

funnel as (
    select * from {{ ref('sales_funnel_daily') }}
    where entry = 'all'
),

days as (
    select
        *,
        {{ month_of('sales_date') }} as month_date
    from funnel
    -- without the orders of a day its visitors explain nothing
    where gmv is not null
),

spans as (
    select
        shop_id,
        min(sales_date) as first_date,
        max(sales_date) as last_date
    from days
    group by shop_id
),

-- visitors of a month are known where those of each of its days are
months as (
    select
        shop_id,
        channel,
        month_date,
        case
            when count(visitors) = count(*) then cast(sum(visitors) as bigint)
        end as visitor_days,
        sum(buyers) as buyer_days,
        sum(gmv) as gmv
    from days
    group by shop_id, channel, month_date
),

months_of_shops as (
    select
        months.shop_id,
        months.month_date,
        {{ days_after(
            'cast(' ~ dbt.dateadd('month', 1, 'months.month_date') ~ ' as date)', -1
        ) }} > spans.last_date as is_partial,
        months.month_date < spans.first_date as is_begun_before
    from months
    inner join spans on months.shop_id = spans.shop_id
    group by
        months.shop_id, months.month_date, spans.first_date, spans.last_date
),

comparisons as (
    select
        shop_id,
        month_date,
        is_partial,
        'previous_month' as comparison,
        cast({{ dbt.dateadd('month', -1, 'month_date') }} as date) as base_month_date
    from months_of_shops
    union all
    select
        shop_id,
        month_date,
        is_partial,
        'last_year' as comparison,
        cast({{ dbt.dateadd('month', -12, 'month_date') }} as date) as base_month_date
    from months_of_shops
),

-- compared is what begins with a whole month
pairs as (
    select comparisons.*
    from comparisons
    inner join months_of_shops as base_months
        on
            comparisons.shop_id = base_months.shop_id
            and comparisons.base_month_date = base_months.month_date
    where not base_months.is_begun_before
),

channels as (
    select
        shop_id,
        channel
    from months
    group by shop_id, channel
),

sides as (
    select
        pairs.shop_id,
        pairs.month_date,
        pairs.comparison,
        pairs.is_partial,
        channels.channel,
        base.visitor_days as visitor_days_0,
        later.visitor_days as visitor_days_1,
        coalesce(base.buyer_days, 0) as buyer_days_0,
        coalesce(later.buyer_days, 0) as buyer_days_1,
        coalesce(base.gmv, 0) as gmv_0,
        coalesce(later.gmv, 0) as gmv_1
    from pairs
    inner join channels on pairs.shop_id = channels.shop_id
    left join months as base
        on
            pairs.shop_id = base.shop_id
            and channels.channel = base.channel
            and pairs.base_month_date = base.month_date
    left join months as later
        on
            pairs.shop_id = later.shop_id
            and channels.channel = later.channel
            and pairs.month_date = later.month_date
),

-- a shop is taken apart by channel where the visitors of every channel that sold are
-- known, else as a whole
measured_pairs as (
    select
        shop_id,
        month_date,
        comparison,
        max(
            case
                when channel = 'all' then 0
                when gmv_0 <> 0 and visitor_days_0 is null then 1
                when gmv_1 <> 0 and visitor_days_1 is null then 1
                else 0
            end
        ) = 0
        and max(case when channel <> 'all' then 1 else 0 end) = 1 as is_by_channel
    from sides
    group by shop_id, month_date, comparison
),

parts as (
    select
        sides.*,
        measured_pairs.is_by_channel,
        sides.buyer_days_0
        / nullif(sides.visitor_days_0, 0) as conversion_rate_0,
        sides.buyer_days_1
        / nullif(sides.visitor_days_1, 0) as conversion_rate_1,
        sides.gmv_0 / nullif(sides.buyer_days_0, 0) as aov_0,
        sides.gmv_1 / nullif(sides.buyer_days_1, 0) as aov_1,
        sides.gmv_1 - sides.gmv_0 as change_amount,
        case
            when sides.gmv_0 = 0 and sides.gmv_1 = 0 then 'none'
            when
                coalesce(sides.visitor_days_0, 0) <= 0
                or coalesce(sides.visitor_days_1, 0) <= 0
                then 'entry'
            when sides.buyer_days_0 = 0 or sides.buyer_days_1 = 0 then 'conversion'
            when sides.gmv_0 <= 0 or sides.gmv_1 <= 0 then 'aov'
            else 'all'
        end as explained_by
    from sides
    inner join measured_pairs
        on
            sides.shop_id = measured_pairs.shop_id
            and sides.month_date = measured_pairs.month_date
            and sides.comparison = measured_pairs.comparison
    where sides.channel = 'all' or measured_pairs.is_by_channel
),

weighed as (
    select
        *,
        {{ logarithmic_mean('gmv_1', 'gmv_0') }} as mean_gmv
    from parts
),

methods as (
    select 'lmdi' as method
    union all
    select 'shapley' as method
),

effects as (
    select
        *,
        'lmdi' as method,
        mean_gmv * ln(
            cast(visitor_days_1 as numeric) / nullif(visitor_days_0, 0)
        ) as traffic_effect_of_all,
        mean_gmv * ln(conversion_rate_1 / nullif(conversion_rate_0, 0))
            as conversion_effect_of_all,
        mean_gmv * ln(aov_1 / nullif(aov_0, 0)) as aov_effect_of_all
    from weighed
    where explained_by = 'all'
    union all
    select
        *,
        'shapley' as method,
        {{ shapley_effect('visitor_days', 'conversion_rate', 'aov') }}
            as traffic_effect_of_all,
        {{ shapley_effect('conversion_rate', 'visitor_days', 'aov') }}
            as conversion_effect_of_all,
        {{ shapley_effect('aov', 'visitor_days', 'conversion_rate') }}
            as aov_effect_of_all
    from weighed
    where explained_by = 'all'
    union all
    select
        weighed.*,
        methods.method,
        cast(0 as numeric) as traffic_effect_of_all,
        cast(0 as numeric) as conversion_effect_of_all,
        cast(0 as numeric) as aov_effect_of_all
    from weighed
    cross join methods
    where weighed.explained_by <> 'all'
),

assigned as (
    select
        *,
        traffic_effect_of_all as traffic_effect,
        case
            when explained_by = 'conversion' then change_amount
            else conversion_effect_of_all
        end as conversion_effect,
        case when explained_by = 'aov' then change_amount else aov_effect_of_all end
            as aov_effect,
        case when explained_by = 'entry' then change_amount else 0 end as entry_effect
    from effects
),

sums as (
    select
        shop_id,
        month_date,
        comparison,
        method,
        sum(traffic_effect) as traffic_effect,
        sum(conversion_effect) as conversion_effect,
        sum(aov_effect) as aov_effect,
        sum(entry_effect) as entry_effect
    from assigned
    where channel <> 'all'
    group by shop_id, month_date, comparison, method
),

-- the row 'all' is the sum of the channels; its own effects say what is mix
added as (
    select
        assigned.shop_id,
        assigned.month_date,
        assigned.comparison,
        assigned.method,
        assigned.channel,
        assigned.visitor_days_0,
        assigned.visitor_days_1,
        assigned.conversion_rate_0,
        assigned.conversion_rate_1,
        assigned.aov_0,
        assigned.aov_1,
        assigned.gmv_0,
        assigned.gmv_1,
        assigned.mean_gmv,
        assigned.change_amount,
        assigned.is_partial,
        {% for effect in ['traffic', 'conversion', 'aov', 'entry'] -%}
        case
            when assigned.channel = 'all' and assigned.is_by_channel
                then sums.{{ effect }}_effect
            else assigned.{{ effect }}_effect
        end as {{ effect }}_effect,
        {% endfor -%}
        case
            when assigned.channel = 'all' and assigned.explained_by = 'all'
                then assigned.traffic_effect
        end as total_traffic_effect
    from assigned
    left join sums
        on
            assigned.shop_id = sums.shop_id
            and assigned.month_date = sums.month_date
            and assigned.comparison = sums.comparison
            and assigned.method = sums.method
),

published as (
    select
        shop_id,
        month_date,
        comparison,
        method,
        channel,
        visitor_days_0,
        visitor_days_1,
        conversion_rate_0,
        conversion_rate_1,
        aov_0,
        aov_1,
        gmv_0,
        gmv_1,
        traffic_effect,
        conversion_effect,
        aov_effect,
        entry_effect,
        change_amount,
        change_amount
        - traffic_effect
        - conversion_effect
        - aov_effect
        - entry_effect as residual,
        case when entry_effect = 0 then exp(traffic_effect / mean_gmv) end
            as traffic_factor,
        case when entry_effect = 0 then exp(conversion_effect / mean_gmv) end
            as conversion_factor,
        case when entry_effect = 0 then exp(aov_effect / mean_gmv) end
            as aov_factor,
        total_traffic_effect,
        traffic_effect - total_traffic_effect as mix_effect,
        is_partial
    from added
)

select * from published
