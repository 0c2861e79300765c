{%- set zone = "coalesce(shops.time_zone, 'Asia/Shanghai')" -%}
with

acts as (
    select * from {{ ref('int_campaign_acts') }}
),

sold as (
    select * from {{ ref('int_campaign_orders') }}
),

groups as (
    select * from {{ ref('fct_group_buys') }}
),

sessions as (
    select * from {{ ref('fct_bargains') }}
),

commissions as (
    select * from {{ ref('fct_commissions') }}
    where status <> 'disputed'
),

lines as (
    select * from {{ ref('fct_order_lines') }}
),

sightings as (
    select * from {{ ref('fct_listing_snapshots') }}
    where status = 'sold_out'
),

shops as (
    select * from {{ ref('dim_shops') }}
),

-- a campaign of groups may be joined by invitation too
campaigns as (
    select
        campaign_id,
        min(nullif(shop_id, 'unknown')) as shop_id,
        coalesce(
            min(case when tool = 'group_buy' then tool end),
            min(case when tool = 'bargain' then tool end),
            min(tool)
        ) as tool,
        min(acted_at) as starts_at,
        max(acted_at) as ends_at,
        count(distinct case when act = 'started' then person_id end) as starters,
        count(distinct case when act = 'invited' then person_id end) as invitees,
        count(is_new) as told_new,
        count(distinct case when is_new = 1 then person_id end) as new_members,
        count(case when act = 'accepted' then 1 end) as pairs,
        {{ quantile(
            "case when act = 'accepted' then ("
            ~ epoch_seconds('acted_at') ~ ' - ' ~ epoch_seconds('begun_at')
            ~ ") / 3600 end",
            0.5
        ) }} as cycle_hours
    from acts
    group by campaign_id
),

-- who buys in a campaign without having started it has accepted
people as (
    select
        campaign_id,
        person_id
    from acts
    where act = 'accepted'
    union
    select
        sold.campaign_id,
        sold.person_id
    from sold
    left join acts
        on
            sold.campaign_id = acts.campaign_id
            and sold.person_id = acts.person_id
            and acts.act = 'started'
    where acts.person_id is null
),

accepted as (
    select
        campaign_id,
        count(*) as acceptors
    from people
    group by campaign_id
),

bought as (
    select
        campaign_id,
        count(distinct person_id) as buyers,
        count(distinct case when is_first then person_id end) as new_buyers,
        sum(paid_amount) as gmv,
        sum(net_sales_by_order) as net_sales_by_order
    from sold
    group by campaign_id
),

paid as (
    select
        sold.campaign_id,
        commissions.amount
    from sold
    inner join commissions on sold.order_id = commissions.order_id
    inner join campaigns on sold.campaign_id = campaigns.campaign_id
    where campaigns.tool <> 'distribution'
    union all
    select
        campaigns.campaign_id,
        commissions.amount
    from campaigns
    inner join commissions on campaigns.campaign_id = commissions.programme_id
    where campaigns.tool = 'distribution'
),

rewards as (
    select
        campaign_id,
        sum(amount) as reward_amount
    from paid
    group by campaign_id
),

grouped as (
    select
        coalesce(campaign_id, shop_id || ':group_buy') as campaign_id,
        count(*) as groups_opened,
        sum(case when status = 'filled' then 1 else 0 end) as groups_filled,
        sum(case when status = 'expired' then 1 else 0 end) as groups_expired,
        {{ quantile(
            '(' ~ epoch_seconds('filled_at') ~ ' - ' ~ epoch_seconds('opened_at')
            ~ ') / 60',
            0.5
        ) }} as fill_minutes_p50,
        max(single_price) as list_price,
        sum(
            case
                when single_price > group_price
                    then order_count * (single_price - group_price)
                else 0
            end
        ) as price_cut_amount
    from groups
    group by coalesce(campaign_id, shop_id || ':group_buy')
),

bargained as (
    select
        coalesce(campaign_id, shop_id || ':bargain') as campaign_id,
        count(*) as sessions,
        sum(helpers) as helpers,
        sum(new_helpers) as new_helpers,
        sum(case when bought_at is not null then 1 else 0 end) as sold_sessions,
        max(list_price) as list_price,
        min(floor_price) as floor_price,
        min(end_price) as end_price_min,
        max((list_price - floor_price) / nullif(list_price, 0)) as max_cut_rate,
        sum(case when bought_at is not null then list_price - end_price else 0 end)
            as price_cut_amount
    from sessions
    group by coalesce(campaign_id, shop_id || ':bargain')
),

offered as (
    select
        coalesce(campaign_id, shop_id || ':group_buy') as campaign_id,
        listing_id
    from groups
    where listing_id is not null
    union
    select
        sold.campaign_id,
        lines.listing_id
    from sold
    inner join lines on sold.order_id = lines.order_id
),

sold_out as (
    select
        offered.campaign_id,
        min(sightings.observed_at) as first_sold_out_at
    from offered
    inner join campaigns on offered.campaign_id = campaigns.campaign_id
    inner join sightings
        on
            offered.listing_id = sightings.listing_id
            and campaigns.starts_at <= sightings.observed_at
    group by offered.campaign_id
),

joined as (
    select
        campaigns.campaign_id,
        campaigns.shop_id,
        campaigns.tool,
        campaigns.starts_at,
        campaigns.ends_at,
        campaigns.starters,
        case when campaigns.invitees > 0 then campaigns.invitees end as invitees,
        coalesce(accepted.acceptors, 0) as acceptors,
        case when campaigns.told_new > 0 then campaigns.new_members end as new_members,
        coalesce(bought.buyers, 0) as buyers,
        coalesce(bought.new_buyers, 0) as new_buyers,
        case when campaigns.pairs >= 5 then campaigns.cycle_hours end
            as cycle_hours_p50,
        case when bought.campaign_id is null then 0 else bought.gmv end as gmv,
        case when bought.campaign_id is null then 0 else bought.net_sales_by_order end
            as net_sales_by_order,
        case when rewards.campaign_id is null then 0 else rewards.reward_amount end
            as reward_amount,
        case campaigns.tool
            when 'group_buy' then coalesce(grouped.price_cut_amount, 0)
            when 'bargain' then bargained.price_cut_amount
            else 0
        end as price_cut_amount,
        case
            when campaigns.tool = 'group_buy' then coalesce(grouped.groups_opened, 0)
        end as groups_opened,
        case
            when campaigns.tool = 'group_buy' then coalesce(grouped.groups_filled, 0)
        end as groups_filled,
        cast(grouped.groups_filled as numeric)
        / nullif(grouped.groups_filled + grouped.groups_expired, 0)
            as group_fill_share,
        grouped.fill_minutes_p50,
        bargained.sessions,
        bargained.helpers,
        bargained.new_helpers,
        cast(bargained.helpers as numeric) / nullif(bargained.sessions, 0)
            as helpers_per_session,
        bargained.sold_sessions,
        coalesce(bargained.list_price, grouped.list_price) as list_price,
        bargained.floor_price,
        bargained.end_price_min,
        bargained.max_cut_rate,
        sold_out.first_sold_out_at,
        1 + {{ dbt.datediff(
            local_date('campaigns.starts_at', zone),
            local_date('campaigns.ends_at', zone),
            'day'
        ) }} as day_count
    from campaigns
    left join shops on campaigns.shop_id = shops.shop_id
    left join accepted on campaigns.campaign_id = accepted.campaign_id
    left join bought on campaigns.campaign_id = bought.campaign_id
    left join rewards on campaigns.campaign_id = rewards.campaign_id
    left join grouped on campaigns.campaign_id = grouped.campaign_id
    left join bargained
        on
            campaigns.campaign_id = bargained.campaign_id
            and campaigns.tool = 'bargain'
    left join sold_out on campaigns.campaign_id = sold_out.campaign_id
),

published as (
    select
        campaign_id,
        shop_id,
        tool,
        starts_at,
        ends_at,
        {% for column in [
            'starters', 'invitees', 'acceptors', 'new_members', 'buyers', 'new_buyers',
        ] -%}
        cast({{ column }} as bigint) as {{ column }},
        {% endfor -%}
        cast(new_members as numeric) / nullif(starters, 0) as k_factor,
        cycle_hours_p50,
        gmv,
        net_sales_by_order,
        reward_amount,
        price_cut_amount,
        (reward_amount + price_cut_amount) / nullif(new_buyers, 0)
            as cost_per_new_buyer,
        cast(groups_opened as bigint) as groups_opened,
        cast(groups_filled as bigint) as groups_filled,
        group_fill_share,
        fill_minutes_p50,
        cast(new_buyers as numeric) / nullif(buyers, 0) as new_buyer_share,
        {% for column in ['sessions', 'helpers', 'new_helpers', 'sold_sessions'] -%}
        cast({{ column }} as bigint) as {{ column }},
        {% endfor -%}
        helpers_per_session,
        list_price,
        floor_price,
        end_price_min,
        max_cut_rate,
        first_sold_out_at,
        cast(starters as numeric) / day_count as starters_per_day
    from joined
)

select * from published
