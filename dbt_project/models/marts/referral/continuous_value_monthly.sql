with

pairs as (
    select * from {{ ref('agg_continuous_value_monthly') }}
),

sales as (
    select * from {{ ref('agg_shop_sales_daily') }}
    where channel = 'all'
),

days as (
    select * from {{ ref('agg_customer_days') }}
),

invitations as (
    select * from {{ ref('fct_invitations') }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

{{ last_whole_days() }},

windows as (
    select 1 as window_months
    union all
    select 3 as window_months
    union all
    select 6 as window_months
    union all
    select 12 as window_months
),

shop_months as (
    select
        shop_id,
        {{ month_of('sales_date') }} as month_date,
        sum(net_sales_by_order) as net_sales
    from sales
    group by shop_id, {{ month_of('sales_date') }}
),

spans as (
    select
        shop_months.shop_id,
        shop_months.month_date as base_month_date,
        windows.window_months,
        case windows.window_months
            when 1 then {{ months_after('shop_months.month_date', 1) }}
            when 3 then {{ months_after('shop_months.month_date', 3) }}
            when 6 then {{ months_after('shop_months.month_date', 6) }}
            else {{ months_after('shop_months.month_date', 12) }}
        end as last_month_date
    from shop_months
    cross join windows
),

initial as (
    select * from pairs
    where base_month_date = activity_month_date
),

followed as (
    select
        spans.shop_id,
        spans.base_month_date,
        spans.window_months,
        sum(pairs.repeat_customers) as repeat_customers,
        sum(pairs.repeat_orders) as repeat_orders,
        sum(pairs.repeat_sales) as repeat_total,
        sum(pairs.referred_buyers) as referred_buyers,
        sum(pairs.referred_sales) as social_increment
    from spans
    inner join pairs
        on
            spans.shop_id = pairs.shop_id
            and spans.base_month_date = pairs.base_month_date
            and spans.base_month_date < pairs.activity_month_date
            and spans.last_month_date >= pairs.activity_month_date
    group by spans.shop_id, spans.base_month_date, spans.window_months
),

sold as (
    select
        spans.shop_id,
        spans.base_month_date,
        spans.window_months,
        sum(shop_months.net_sales) as net_sales
    from spans
    inner join shop_months
        on
            spans.shop_id = shop_months.shop_id
            and spans.base_month_date < shop_months.month_date
            and spans.last_month_date >= shop_months.month_date
    group by spans.shop_id, spans.base_month_date, spans.window_months
),

-- invitations by the person who sent them and the month in which they were sent
sent as (
    select
        shops.shop_id,
        refs.customer_id,
        invitations.invitee_customer_id,
        {{ month_of(local_date('invitations.invited_at', 'shops.time_zone')) }}
            as invited_month_date,
        {{ month_of(local_date('invitations.accepted_at', 'shops.time_zone')) }}
            as accepted_month_date
    from invitations
    inner join shops on invitations.shop_id = shops.shop_id
    inner join refs on invitations.inviter_member_id = refs.customer_ref
),

senders as (
    select
        shop_id,
        customer_id
    from sent
    group by shop_id, customer_id
),

settled_senders as (
    select
        days.shop_id,
        days.customer_id,
        {{ month_of('days.purchase_date') }} as base_month_date
    from days
    inner join senders
        on
            days.shop_id = senders.shop_id
            and days.customer_id = senders.customer_id
    where days.settled_order_count > 0
    group by
        days.shop_id, days.customer_id, {{ month_of('days.purchase_date') }}
),

invited as (
    select
        spans.shop_id,
        spans.base_month_date,
        spans.window_months,
        count(distinct sent.invitee_customer_id) as invited_people,
        count(distinct case
            when sent.accepted_month_date <= spans.last_month_date
                then sent.invitee_customer_id
        end) as accepted_people
    from spans
    inner join settled_senders
        on
            spans.shop_id = settled_senders.shop_id
            and spans.base_month_date = settled_senders.base_month_date
    inner join sent
        on
            settled_senders.shop_id = sent.shop_id
            and settled_senders.customer_id = sent.customer_id
            and spans.base_month_date <= sent.invited_month_date
            and spans.last_month_date >= sent.invited_month_date
    group by spans.shop_id, spans.base_month_date, spans.window_months
),

measured as (
    select
        spans.shop_id,
        spans.base_month_date,
        spans.window_months,
        coalesce(initial.settled_customers, 0) as settled_customers,
        coalesce(initial.initial_orders, 0) as initial_orders,
        coalesce(initial.initial_sales, 0) as initial_sales,
        coalesce(followed.repeat_customers, 0) as repeat_customers,
        coalesce(followed.repeat_orders, 0) as repeat_orders,
        coalesce(followed.repeat_total, 0) as repeat_total,
        coalesce(invited.invited_people, 0) as invited_people,
        coalesce(invited.accepted_people, 0) as accepted_people,
        coalesce(followed.referred_buyers, 0) as referred_buyers,
        coalesce(followed.social_increment, 0) as social_increment,
        coalesce(sold.net_sales, 0) as window_net_sales,
        ends.end_date
        < {{ days_after(dbt.dateadd('month', 1, 'spans.last_month_date'), -1) }}
            as is_partial
    from spans
    inner join ends on spans.shop_id = ends.shop_id
    left join initial
        on
            spans.shop_id = initial.shop_id
            and spans.base_month_date = initial.base_month_date
    left join followed
        on
            spans.shop_id = followed.shop_id
            and spans.base_month_date = followed.base_month_date
            and spans.window_months = followed.window_months
    left join sold
        on
            spans.shop_id = sold.shop_id
            and spans.base_month_date = sold.base_month_date
            and spans.window_months = sold.window_months
    left join invited
        on
            spans.shop_id = invited.shop_id
            and spans.base_month_date = invited.base_month_date
            and spans.window_months = invited.window_months
),

related as (
    select
        *,
        cast(settled_customers as numeric) as customers,
        repeat_orders / nullif(cast(settled_customers as numeric), 0)
            as repeat_orders_per_customer,
        referred_buyers / nullif(cast(settled_customers as numeric), 0)
            as fission_rate,
        initial_sales / nullif(initial_orders, 0) as initial_order_value,
        repeat_total + social_increment as continuous_value
    from measured
),

published as (
    select
        shop_id,
        base_month_date,
        cast(window_months as bigint) as window_months,
        cast(settled_customers as bigint) as settled_customers,
        initial_sales,
        cast(repeat_orders as bigint) as repeat_orders,
        repeat_orders_per_customer,
        repeat_customers / nullif(customers, 0) as repeat_customer_share,
        repeat_total / nullif(repeat_orders, 0) as repeat_order_value,
        repeat_total,
        cast(invited_people as bigint) as invited_people,
        cast(accepted_people as bigint) as accepted_people,
        cast(referred_buyers as bigint) as referred_buyers,
        invited_people / nullif(customers, 0) as invited_rate,
        accepted_people / nullif(customers, 0) as accepted_rate,
        fission_rate,
        social_increment / nullif(referred_buyers, 0) as referred_unit_value,
        social_increment,
        continuous_value,
        continuous_value / nullif(initial_sales, 0) as multiple_of_initial_ratio,
        customers * fission_rate * initial_order_value as seed_social_increment,
        customers * repeat_orders_per_customer * initial_order_value
        + customers * fission_rate * initial_order_value as seed_continuous_value,
        window_net_sales - repeat_total - social_increment as other_net_sales,
        is_partial
    from related
)

select * from published
