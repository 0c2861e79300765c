with

members as (
    select * from {{ ref('int_members_unioned') }}
),

commissions as (
    select * from {{ ref('int_commissions_unioned') }}
),

loads as (
    select * from {{ ref('int_loads_decided') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

levels as (
    select * from {{ reference_rows('agent_levels') }} as levels
),

mentions as (
    select
        members.programme_id,
        coalesce(members.shop_id, loads.source_shop_id) as shop_id,
        members.tool,
        members.occurred_at,
        members.fee_amount,
        members.purchase_amount
    from members
    inner join loads on members.load_id = loads.load_id
    union all
    select
        commissions.programme_id,
        coalesce(commissions.shop_id, loads.source_shop_id) as shop_id,
        cast(null as text) as tool,
        commissions.occurred_at,
        cast(null as numeric) as fee_amount,
        cast(null as numeric) as purchase_amount
    from commissions
    inner join loads on commissions.load_id = loads.load_id
),

entries as (
    select
        programme_id,
        max(entry_fee_amount) as fee_amount,
        max(entry_purchase_amount) as purchase_amount
    from levels
    group by programme_id
),

paid as (
    select
        {% for basis in reward_bases() -%}
        max(case when basis = '{{ basis }}' then '{{ basis }},' else '' end)
            as has_{{ basis }},
        {% endfor -%}
        programme_id
    from commissions
    group by programme_id
),

described as (
    select
        programme_id,
        max(shop_id) as shop_id,
        min(tool) as tool,
        min(occurred_at) as first_seen_at,
        coalesce(max(fee_amount), 0) as fee_amount,
        coalesce(max(purchase_amount), 0) as purchase_amount
    from mentions
    group by programme_id
),

programmes as (
    select
        described.programme_id,
        {{ dbt.split_part('described.programme_id', "':'", 1) }} as platform_id,
        described.shop_id,
        described.tool,
        shops.owner_id as organiser_id,
        coalesce(shops.time_zone, 'Asia/Shanghai') as time_zone,
        described.first_seen_at,
        described.fee_amount > 0
        or described.purchase_amount > 0
        or coalesce(entries.fee_amount, 0) > 0
        or coalesce(entries.purchase_amount, 0) > 0 as has_entry_fee,
        greatest(described.fee_amount, coalesce(entries.fee_amount, 0))
        + greatest(described.purchase_amount, coalesce(entries.purchase_amount, 0))
            as entry_amount,
        nullif(
            rtrim(
                {% for basis in reward_bases() -%}
                paid.has_{{ basis }}{{ ' || ' if not loop.last }}
                {% endfor -%},
                ','
            ),
            ''
        ) as reward_basis_list
    from described
    left join paid on described.programme_id = paid.programme_id
    left join entries on described.programme_id = entries.programme_id
    left join shops on described.shop_id = shops.shop_id
)

select * from programmes
