{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['conversation_id', 'rule_id', 'sla_date'],
    touched={'model': 'int_service_touched', 'columns': ['conversation_id']},
    touches='days_of_inquiries',
) }}

-- depends_on: {{ ref('int_shop_days_logged') }}

with

{{ service_messages() }},

rules as (
    select * from {{ ref('int_service_rules') }}
),

conversations as (
    {{ touched_rows(
        'fct_service_conversations', ['conversation_id'], among='int_service_touched'
    ) }}
),

asked as (
    select
        conversation_id,
        platform_id,
        sent_at,
        {{ local_date('sent_at', 'time_zone') }} as sla_date,
        {{ epoch_seconds('sent_at') }} - {{ epoch_seconds(
            '(' ~ local_midnight(local_date('sent_at', 'time_zone'), 'time_zone') ~ ')'
        ) }} as second_of_day
    from messages
    where sender = 'buyer'
),

-- the first question of the day within the hours of the rule
inquiries as (
    select
        asked.conversation_id,
        rules.rule_id,
        rules.rule_version,
        rules.limit_seconds,
        rules.required_share,
        rules.is_once_per_buyer,
        rules.counts_machines,
        asked.sla_date,
        min(asked.sent_at) as asked_at
    from asked
    inner join rules
        on
            rules.platform_id in ('all', asked.platform_id)
            and {{ holds_on('asked.sla_date', 'rules.valid_from', 'rules.valid_to') }}
            and asked.second_of_day >= rules.window_from_seconds
            and asked.second_of_day < rules.window_to_seconds
    group by
        asked.conversation_id,
        rules.rule_id,
        rules.rule_version,
        rules.limit_seconds,
        rules.required_share,
        rules.is_once_per_buyer,
        rules.counts_machines,
        asked.sla_date
),

replies as (
    select
        conversation_id,
        sender,
        sent_at,
        agent_id
    from messages
    where sender in ('human', 'machine')
),

ranked as (
    select
        inquiries.conversation_id,
        inquiries.rule_id,
        inquiries.sla_date,
        replies.sender,
        replies.sent_at,
        replies.agent_id,
        row_number() over (
            partition by
                inquiries.conversation_id,
                inquiries.rule_id,
                inquiries.sla_date,
                replies.sender
            order by replies.sent_at, replies.agent_id
        ) as reply_no
    from inquiries
    inner join replies
        on
            inquiries.conversation_id = replies.conversation_id
            and inquiries.asked_at <= replies.sent_at
),

answered as (
    select
        inquiries.conversation_id,
        inquiries.rule_id,
        inquiries.rule_version,
        inquiries.limit_seconds,
        inquiries.required_share,
        inquiries.is_once_per_buyer,
        inquiries.sla_date,
        inquiries.asked_at,
        humans.sent_at as human_replied_at,
        humans.agent_id as replying_agent_id,
        case
            when
                inquiries.counts_machines
                and (humans.sent_at is null or machines.sent_at < humans.sent_at)
                then machines.sent_at
            else humans.sent_at
        end as replied_at
    from inquiries
    left join ranked as humans
        on
            inquiries.conversation_id = humans.conversation_id
            and inquiries.rule_id = humans.rule_id
            and inquiries.sla_date = humans.sla_date
            and humans.sender = 'human'
            and humans.reply_no = 1
    left join ranked as machines
        on
            inquiries.conversation_id = machines.conversation_id
            and inquiries.rule_id = machines.rule_id
            and inquiries.sla_date = machines.sla_date
            and machines.sender = 'machine'
            and machines.reply_no = 1
),

described as (
    select
        answered.conversation_id,
        answered.rule_id,
        answered.rule_version,
        conversations.shop_id,
        conversations.customer_id,
        coalesce(conversations.buyer_ref, answered.conversation_id) as buyer_key,
        coalesce(answered.replying_agent_id, conversations.agent_id, 'unknown')
            as agent_id,
        coalesce(conversations.agent_id, 'unknown') as last_agent_id,
        answered.sla_date,
        answered.asked_at,
        answered.replied_at,
        {{ epoch_seconds('answered.replied_at') }}
        - {{ epoch_seconds('answered.asked_at') }} as reply_seconds,
        {{ epoch_seconds('answered.human_replied_at') }}
        - {{ epoch_seconds('answered.asked_at') }} as human_reply_seconds,
        conversations.closed_at,
        conversations.is_resolved_first_contact,
        answered.limit_seconds,
        answered.required_share,
        answered.is_once_per_buyer
    from answered
    inner join conversations
        on answered.conversation_id = conversations.conversation_id
)

select * from described
