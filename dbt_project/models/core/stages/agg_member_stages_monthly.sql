with

members as (
    select * from {{ ref('int_members_unioned') }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where order_seq is not null
),

shops as (
    select * from {{ ref('dim_shops') }}
),

joined as (
    select
        members.shop_id,
        members.member_ref,
        max(refs.customer_id) as customer_id,
        max(shops.time_zone) as time_zone,
        min(members.occurred_at) as joined_at
    from members
    inner join shops on members.shop_id = shops.shop_id
    left join refs on members.member_ref = refs.customer_ref
    where members.event in ('joined', 'accepted')
    group by members.shop_id, members.member_ref
),

bought as (
    select
        joined.shop_id,
        joined.member_ref,
        max(
            case
                when
                    {{ epoch_seconds('orders.paid_at') }}
                    - {{ epoch_seconds('joined.joined_at') }} < 14 * 86400
                    then 1
                else 0
            end
        ) as is_activated,
        max(
            case
                when
                    {{ epoch_seconds('orders.paid_at') }}
                    - {{ epoch_seconds('joined.joined_at') }} >= 21 * 86400
                    then 1
                else 0
            end
        ) as is_retained
    from joined
    inner join orders
        on
            joined.shop_id = orders.shop_id
            and joined.customer_id = orders.customer_id
            and joined.joined_at <= orders.paid_at
            and {{ epoch_seconds('orders.paid_at') }}
            - {{ epoch_seconds('joined.joined_at') }} < 28 * 86400
    group by joined.shop_id, joined.member_ref
),

-- members whose invite was accepted within 30 days of their own joining
referred as (
    select
        joined.shop_id,
        joined.member_ref
    from joined
    inner join members
        on
            joined.member_ref = members.inviter_ref
            and joined.shop_id = members.shop_id
            and joined.member_ref <> members.member_ref
            and joined.joined_at <= members.occurred_at
            and members.event in ('accepted', 'joined')
            and {{ epoch_seconds('members.occurred_at') }}
            - {{ epoch_seconds('joined.joined_at') }} < 30 * 86400
    group by joined.shop_id, joined.member_ref
),

added as (
    select
        joined.shop_id,
        {{ month_of(local_date('joined.joined_at', 'joined.time_zone')) }}
            as month_date,
        count(*) as new_members,
        sum(coalesce(bought.is_activated, 0)) as activated_members,
        sum(coalesce(bought.is_retained, 0)) as retained_members,
        count(referred.member_ref) as referring_members
    from joined
    left join bought
        on
            joined.shop_id = bought.shop_id
            and joined.member_ref = bought.member_ref
    left join referred
        on
            joined.shop_id = referred.shop_id
            and joined.member_ref = referred.member_ref
    group by
        joined.shop_id,
        {{ month_of(local_date('joined.joined_at', 'joined.time_zone')) }}
)

select * from added
