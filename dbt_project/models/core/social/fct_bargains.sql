{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='session_id',
    touched={'model': 'int_bargains_touched', 'columns': ['session_id']},
) }}

with

{{ dated_charges('bargains', key='session_id') }},

starters as (
    select
        session_id,
        min(member_ref) as starter_member_id
    from charges
    where event = 'started'
    group by session_id
),

-- a helper counts once per session, who started it not at all
people as (
    select
        charges.session_id,
        coalesce(charges.member_ref, charges.record_key) as person,
        max({{ flag_of('charges.is_new_member') }}) as is_new
    from charges
    left join starters on charges.session_id = starters.session_id
    where
        charges.event = 'helped'
        and (
            charges.member_ref is null
            or starters.starter_member_id is null
            or charges.member_ref <> starters.starter_member_id
        )
    group by charges.session_id, coalesce(charges.member_ref, charges.record_key)
),

helped as (
    select
        session_id,
        count(*) as helpers,
        sum(is_new) as new_helpers
    from people
    group by session_id
),

sessions as (
    select
        session_id,
        min(platform_id) as platform_id,
        min(known_shop_id) as shop_id,
        min(stated_shop_id) as stated_shop_id,
        min(campaign_id) as campaign_id,
        coalesce(
            min(case when event = 'started' then occurred_at end),
            min(occurred_at)
        ) as started_at,
        min(occurred_date) as started_date,
        min(case when event = 'bought' then occurred_at end) as bought_at,
        min(case when event = 'expired' then occurred_at end) as told_expired_at,
        min(case when event = 'bought' then order_id end) as order_id,
        max(list_price) as list_price,
        min(floor_price) as floor_price,
        min(price_after) as end_price,
        min(currency) as currency,
        min(case when currency is not null then fx_date end) as fx_date,
        max(load_seq) as load_seq,
        min(source_ref) as source_ref
    from charges
    group by session_id
),

final as (
    select
        sessions.session_id,
        sessions.platform_id,
        sessions.shop_id,
        sessions.stated_shop_id,
        sessions.campaign_id,
        starters.starter_member_id,
        sessions.started_at,
        sessions.started_date,
        sessions.list_price * rated.fx_rate as list_price,
        sessions.list_price as list_price_original,
        sessions.floor_price * rated.fx_rate as floor_price,
        sessions.floor_price as floor_price_original,
        sessions.end_price * rated.fx_rate as end_price,
        sessions.end_price as end_price_original,
        coalesce(helped.helpers, 0) as helpers,
        case when helped.helpers is null then 0 else helped.new_helpers end
            as new_helpers,
        sessions.bought_at,
        case when sessions.bought_at is null then sessions.told_expired_at end
            as expired_at,
        sessions.order_id,
        sessions.currency,
        sessions.fx_date,
        sessions.load_seq,
        sessions.source_ref
    from sessions
    left join starters on sessions.session_id = starters.session_id
    left join helped on sessions.session_id = helped.session_id
    left join rated
        on sessions.currency = rated.currency and sessions.fx_date = rated.fx_date
)

select * from final
