{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='group_id',
    touched={'model': 'int_group_buys_touched', 'columns': ['group_id']},
) }}

with

{{ dated_charges('group_buys', key='group_id') }},

group_orders as (
    {{ touched_rows(
        'int_group_orders', ['group_id'], among='int_group_buys_touched'
    ) }}
),

-- who opened is one of the group; a platform that names nobody tells people by order
people as (
    select
        group_id,
        coalesce(member_ref, order_id, record_key) as person,
        min(occurred_at) as came_at,
        max({{ flag_of('is_new_buyer') }}) as is_new
    from charges
    where event in ('opened', 'joined')
    group by group_id, coalesce(member_ref, order_id, record_key)
),

numbered as (
    select
        *,
        row_number() over (
            partition by group_id order by came_at, person
        ) as person_no
    from people
),

grouped as (
    select
        group_id,
        min(platform_id) as platform_id,
        min(known_shop_id) as shop_id,
        min(stated_shop_id) as stated_shop_id,
        min(campaign_id) as campaign_id,
        min(listing_id) as listing_id,
        min(case when event = 'opened' then member_ref end) as opener_member_id,
        coalesce(
            min(case when event = 'opened' then occurred_at end),
            min(occurred_at)
        ) as opened_at,
        min(occurred_date) as opened_date,
        max(size_needed) as size_needed,
        min(case when event = 'filled' then occurred_at end) as told_filled_at,
        min(case when event = 'expired' then occurred_at end) as told_expired_at,
        min(group_price) as group_price,
        min(single_price) as single_price,
        min(currency) as currency,
        min(case when currency is not null then fx_date end) as fx_date,
        max(load_seq) as load_seq,
        min(source_ref) as source_ref
    from charges
    group by group_id
),

joined as (
    select
        grouped.group_id,
        count(numbered.person) as joined,
        sum(numbered.is_new) as new_buyers,
        min(
            case when numbered.person_no = grouped.size_needed then numbered.came_at end
        ) as complete_at
    from grouped
    left join numbered on grouped.group_id = numbered.group_id
    group by grouped.group_id
),

sold as (
    select
        group_orders.group_id,
        count(*) as order_count,
        sum(orders.paid_amount) as paid_amount
    from group_orders
    inner join orders on group_orders.order_id = orders.order_id
    where orders.is_valid
    group by group_orders.group_id
),

-- the platform's word before our own count; who came after the end fills nothing
ended as (
    select
        grouped.*,
        joined.joined,
        joined.new_buyers,
        coalesce(
            grouped.told_filled_at,
            case
                when
                    grouped.told_expired_at is null
                    or joined.complete_at <= grouped.told_expired_at
                    then joined.complete_at
            end
        ) as filled_at
    from grouped
    inner join joined on grouped.group_id = joined.group_id
),

final as (
    select
        ended.group_id,
        ended.platform_id,
        ended.shop_id,
        ended.stated_shop_id,
        ended.campaign_id,
        ended.listing_id,
        ended.opener_member_id,
        ended.opened_at,
        ended.opened_date,
        ended.size_needed,
        ended.joined,
        ended.new_buyers,
        ended.filled_at,
        case when ended.filled_at is null then ended.told_expired_at end as expired_at,
        case
            when ended.filled_at is not null then 'filled'
            when ended.told_expired_at is not null then 'expired'
            else 'open'
        end as status,
        case when ended.filled_at is null then 0 else coalesce(sold.order_count, 0) end
            as order_count,
        case when ended.filled_at is null then 0 else sold.paid_amount end as gmv,
        ended.group_price * rated.fx_rate as group_price,
        ended.group_price as group_price_original,
        ended.single_price * rated.fx_rate as single_price,
        ended.single_price as single_price_original,
        ended.currency,
        ended.fx_date,
        ended.load_seq,
        ended.source_ref
    from ended
    left join sold on ended.group_id = sold.group_id
    left join rated
        on ended.currency = rated.currency and ended.fx_date = rated.fx_date
)

select * from final
