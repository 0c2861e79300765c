{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'agent_id', 'sla_date', 'paid_date'],
    touched={
        'model': 'int_shop_days_touched',
        'columns': ['shop_id', 'paid_date'],
        'listed_as': ['shop_id', 'sales_date'],
    },
) }}

with

orders as (
    {{ touched_rows(
        'fct_orders',
        ['shop_id', 'paid_date'],
        among='int_shop_days_touched',
        listed_as=['shop_id', 'sales_date']
    ) }}
),

earlier_orders as (
    select * from {{ ref('fct_orders') }}
    where order_seq is not null
),

chats as (
    select * from {{ ref('fct_service_inquiries') }}
    where rule_id = 'seed_five_minutes' and customer_id is not null
),

-- the last chat within the 24 hours before the order
chatted as (
    select
        orders.order_id,
        orders.shop_id,
        orders.customer_id,
        orders.order_seq,
        orders.paid_date,
        orders.paid_amount,
        chats.last_agent_id as agent_id,
        chats.sla_date,
        chats.asked_at,
        row_number() over (
            partition by orders.order_id
            order by chats.asked_at desc, chats.conversation_id asc
        ) as chat_no
    from orders
    inner join chats
        on
            orders.shop_id = chats.shop_id
            and orders.customer_id = chats.customer_id
            and orders.paid_at >= chats.asked_at
            and {{ epoch_seconds('orders.paid_at') }}
            - {{ epoch_seconds('chats.asked_at') }} < 86400
    where orders.order_seq is not null
),

-- only the first order after a chat is its own
won as (
    select chatted.*
    from chatted
    left join earlier_orders
        on
            chatted.shop_id = earlier_orders.shop_id
            and chatted.customer_id = earlier_orders.customer_id
            and chatted.order_seq - 1 = earlier_orders.order_seq
    where
        chatted.chat_no = 1
        and (
            earlier_orders.order_id is null
            or earlier_orders.paid_at < chatted.asked_at
        )
),

added as (
    select
        shop_id,
        agent_id,
        sla_date,
        paid_date,
        count(distinct customer_id) as converted_buyers,
        sum(paid_amount) as gmv_after_chat
    from won
    group by shop_id, agent_id, sla_date, paid_date
)

select * from added
