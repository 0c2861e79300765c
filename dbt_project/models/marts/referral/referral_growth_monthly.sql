{#- One generation shares once: D. Skok, For Entrepreneurs. A person comes into a tree
    by the first invitation accepted, so that everybody stands in one generation. -#}

with recursive

invitations as (
    select * from {{ ref('fct_invitations') }}
),

members as (
    select * from {{ ref('int_members_levelled') }}
    where is_active
),

programmes as (
    select * from {{ ref('dim_programmes') }}
),

lifetimes as (
    select * from {{ ref('agg_customer_lifetimes') }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

sent as (
    select
        invitations.shop_id,
        refs.customer_id as inviter_id,
        invitations.invitee_customer_id as invitee_id,
        invitations.invite_id,
        coalesce(invitations.tool, 'unknown') as tool,
        invitations.invited_at,
        invitations.accepted_at,
        row_number() over (
            partition by invitations.shop_id, invitations.invitee_customer_id
            order by invitations.accepted_at asc nulls last, invitations.invite_id asc
        ) as acceptance_no
    from invitations
    inner join refs on invitations.inviter_member_id = refs.customer_ref
    where invitations.shop_id is not null
),

sightings as (
    select
        programmes.shop_id,
        members.customer_id,
        {{ local_date('members.valid_from', 'programmes.time_zone') }} as seen_date,
        members.valid_from as seen_at
    from members
    inner join programmes on members.programme_id = programmes.programme_id
    union all
    select
        lifetimes.shop_id,
        lifetimes.customer_id,
        lifetimes.first_order_date as seen_date,
        lifetimes.first_order_at as seen_at
    from lifetimes
),

active as (
    select
        shop_id,
        customer_id,
        min(seen_date) as active_date,
        min(seen_at) as active_at
    from sightings
    where shop_id is not null
    group by shop_id, customer_id
),

tools as (
    select
        shop_id,
        'all' as tool
    from sent
    union
    select
        shop_id,
        tool
    from sent
),

accepted as (
    select
        sent.shop_id,
        sent.inviter_id,
        sent.invitee_id,
        sent.tool,
        sent.accepted_at
    from sent
    where sent.acceptance_no = 1 and sent.accepted_at is not null
),

-- those who came by themselves begin a tree
begun as (
    select
        tools.shop_id,
        tools.tool,
        {{ month_of('active.active_date') }} as cohort_month_date,
        active.customer_id
    from active
    inner join tools on active.shop_id = tools.shop_id
    left join accepted
        on
            active.shop_id = accepted.shop_id
            and active.customer_id = accepted.invitee_id
    where accepted.invitee_id is null
),

generations as (
    select
        shop_id,
        tool,
        cohort_month_date,
        customer_id,
        0 as generation
    from begun
    union all
    select
        generations.shop_id,
        generations.tool,
        generations.cohort_month_date,
        accepted.invitee_id as customer_id,
        generations.generation + 1 as generation
    from generations
    inner join accepted
        on
            generations.shop_id = accepted.shop_id
            and generations.customer_id = accepted.inviter_id
            and (generations.tool = 'all' or generations.tool = accepted.tool)
    where generations.generation < 60
),

-- what each member sent, and what came of it
sent_by_tool as (
    select
        shop_id,
        'all' as tool,
        inviter_id,
        count(*) as invitations,
        sum(case when acceptance_no = 1 and accepted_at is not null then 1 else 0 end)
            as accepted,
        max(invited_at) as last_invited_at
    from sent
    group by shop_id, inviter_id
    union all
    select
        shop_id,
        tool,
        inviter_id,
        count(*) as invitations,
        sum(case when acceptance_no = 1 and accepted_at is not null then 1 else 0 end)
            as accepted,
        max(invited_at) as last_invited_at
    from sent
    group by shop_id, tool, inviter_id
),

counted as (
    select
        generations.shop_id,
        generations.tool,
        generations.cohort_month_date,
        generations.generation,
        count(*) as cohort_members,
        sum(case when sent_by_tool.inviter_id is not null then 1 else 0 end)
            as inviters,
        coalesce(sum(sent_by_tool.invitations), 0) as invitations,
        coalesce(sum(sent_by_tool.accepted), 0) as accepted,
        max(sent_by_tool.last_invited_at) as last_invited_at
    from generations
    left join sent_by_tool
        on
            generations.shop_id = sent_by_tool.shop_id
            and generations.tool = sent_by_tool.tool
            and generations.customer_id = sent_by_tool.inviter_id
    group by
        generations.shop_id,
        generations.tool,
        generations.cohort_month_date,
        generations.generation
),

-- from being active to the activity of who accepted
brought as (
    select
        generations.shop_id,
        generations.tool,
        generations.cohort_month_date,
        generations.generation,
        lifetimes.customer_id,
        lifetimes.lifetime_net_sales,
        (
            {{ epoch_seconds('invitees.active_at') }}
            - {{ epoch_seconds('inviters.active_at') }}
        ) / 3600 as cycle_hours
    from generations
    inner join accepted
        on
            generations.shop_id = accepted.shop_id
            and generations.customer_id = accepted.inviter_id
            and (generations.tool = 'all' or generations.tool = accepted.tool)
    inner join active as inviters
        on
            accepted.shop_id = inviters.shop_id
            and accepted.inviter_id = inviters.customer_id
    left join active as invitees
        on
            accepted.shop_id = invitees.shop_id
            and accepted.invitee_id = invitees.customer_id
    left join lifetimes
        on
            accepted.shop_id = lifetimes.shop_id
            and accepted.invitee_id = lifetimes.customer_id
),

cycles as (
    select
        shop_id,
        tool,
        cohort_month_date,
        generation,
        count(*) as pairs,
        count(customer_id) as buyers,
        sum(lifetime_net_sales) as net_sales_by_order,
        {{ quantile('cycle_hours', 0.5) }} as cycle_hours_p50,
        {{ quantile('cycle_hours', 0.9) }} as cycle_hours_p90
    from brought
    group by shop_id, tool, cohort_month_date, generation
),

measured as (
    select
        counted.shop_id,
        counted.tool,
        counted.cohort_month_date,
        counted.generation,
        cast(counted.cohort_members as numeric) as cohort_members,
        counted.inviters,
        cast(counted.invitations as numeric) as invitations,
        cast(counted.accepted as numeric) as accepted,
        coalesce(cycles.buyers, 0) as buyers,
        coalesce(cycles.net_sales_by_order, 0) as net_sales_by_order,
        case when cycles.pairs >= 5 then cycles.cycle_hours_p50 end as cycle_hours_p50,
        case when cycles.pairs >= 5 then cycles.cycle_hours_p90 end as cycle_hours_p90,
        coalesce(
            counted.last_invited_at
            > {{ dbt.dateadd(
                'day', -30, "cast('" ~ var('as_of') ~ "' as timestamptz)"
            ) }},
            false
        )
        or counted.cohort_month_date >= {{ month_of(run_date('shops.time_zone')) }}
            as is_partial
    from counted
    inner join shops on counted.shop_id = shops.shop_id
    left join cycles
        on
            counted.shop_id = cycles.shop_id
            and counted.tool = cycles.tool
            and counted.cohort_month_date = cycles.cohort_month_date
            and counted.generation = cycles.generation
),

published as (
    select
        shop_id,
        tool,
        cohort_month_date,
        cast(generation as bigint) as generation,
        cast(cohort_members as bigint) as cohort_members,
        cast(inviters as bigint) as inviters,
        cast(invitations as bigint) as invitations,
        cast(accepted as bigint) as accepted,
        cast(buyers as bigint) as buyers,
        net_sales_by_order,
        invitations / nullif(cohort_members, 0) as invites_per_member,
        accepted / nullif(invitations, 0) as acceptance_rate,
        accepted / nullif(cohort_members, 0) as k_factor,
        buyers / nullif(cohort_members, 0) as buyer_k_factor,
        cycle_hours_p50,
        cycle_hours_p90,
        case
            when generation = 0 and accepted < cohort_members
                then cohort_members / (1 - accepted / cohort_members)
        end as ceiling_members,
        is_partial
    from measured
)

select * from published
