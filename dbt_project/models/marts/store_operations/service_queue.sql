with

conversations as (
    select * from {{ ref('fct_service_conversations') }}
    where is_open and ticket_kind is not null and first_asked_at is not null
),

orders as (
    select * from {{ ref('fct_orders') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

rules as (
    select * from {{ ref('int_service_rules') }}
    where rule_id = 'seed_five_minutes'
),

tickets as (
    select
        conversations.conversation_id as ticket_id,
        conversations.shop_id,
        conversations.ticket_kind,
        cast(
            case conversations.ticket_kind
                when 'quality' then 1
                when 'wrong_or_missing' then 2
                when 'tracking' then 3
                else 4
            end as bigint
        ) as priority,
        conversations.opened_at,
        conversations.first_unanswered_at,
        {{ local_date(
            'conversations.first_unanswered_at',
            "coalesce(shops.time_zone, 'Asia/Shanghai')"
        ) }} as unanswered_date,
        coalesce(
            {{ epoch_seconds(as_of()) }}
            - {{ epoch_seconds('conversations.first_unanswered_at') }},
            0
        ) as wait_seconds,
        conversations.order_id,
        orders.status as order_state,
        conversations.agent_id
    from conversations
    left join shops on conversations.shop_id = shops.shop_id
    left join orders on conversations.order_id = orders.order_id
),

queued as (
    select
        tickets.ticket_id,
        tickets.shop_id,
        tickets.ticket_kind,
        tickets.priority,
        tickets.opened_at,
        tickets.wait_seconds / 60 as wait_minutes,
        row_number() over (
            order by tickets.priority, tickets.opened_at, tickets.ticket_id
        ) as queue_no,
        tickets.order_id,
        tickets.order_state,
        tickets.agent_id,
        coalesce(tickets.wait_seconds > rules.limit_seconds, false) as is_overdue
    from tickets
    left join rules
        on {{ holds_on(
            'tickets.unanswered_date', 'rules.valid_from', 'rules.valid_to'
        ) }}
)

select * from queued
