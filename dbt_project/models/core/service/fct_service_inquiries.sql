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

-- the first reply after each message, of a person and of a machine
followed as (
    select
        *,
        {% for sender in ['human', 'machine'] -%}
        min(case when sender = '{{ sender }}' then sent_at end) over (
            partition by conversation_id order by sent_at
            range between current row and unbounded following
        ) as {{ sender }}_replied_at,
        {% endfor -%}
        {{ local_date('sent_at', 'time_zone') }} as sla_date
    from messages
),

asked as (
    select
        *,
        {{ epoch_seconds('sent_at') }} - {{ epoch_seconds(
            '(' ~ local_midnight('sla_date', 'time_zone') ~ ')'
        ) }} as second_of_day
    from followed
    where sender = 'buyer'
),

-- the first question of the day within the hours of the rule
ruled as (
    select
        asked.conversation_id,
        asked.sla_date,
        asked.sent_at as asked_at,
        asked.human_replied_at,
        case
            when
                rules.counts_machines
                and (
                    asked.human_replied_at is null
                    or asked.machine_replied_at < asked.human_replied_at
                )
                then asked.machine_replied_at
            else asked.human_replied_at
        end as replied_at,
        rules.rule_id,
        rules.rule_version,
        rules.limit_seconds,
        rules.required_share,
        rules.is_once_per_buyer,
        row_number() over (
            partition by asked.conversation_id, rules.rule_id, asked.sla_date
            order by asked.sent_at, asked.record_key
        ) as question_no
    from asked
    inner join rules
        on
            rules.platform_id in ('all', asked.platform_id)
            and {{ holds_on('asked.sla_date', 'rules.valid_from', 'rules.valid_to') }}
            and asked.second_of_day >= rules.window_from_seconds
            and asked.second_of_day < rules.window_to_seconds
),

agents as (
    select
        conversation_id,
        sent_at,
        min(agent_id) as agent_id
    from messages
    where sender = 'human'
    group by conversation_id, sent_at
),

described as (
    select
        ruled.conversation_id,
        ruled.rule_id,
        ruled.rule_version,
        conversations.shop_id,
        conversations.customer_id,
        coalesce(conversations.buyer_ref, ruled.conversation_id) as buyer_key,
        coalesce(agents.agent_id, conversations.agent_id, 'unknown')
            as agent_id,
        coalesce(conversations.agent_id, 'unknown') as last_agent_id,
        ruled.sla_date,
        ruled.asked_at,
        ruled.replied_at,
        {{ epoch_seconds('ruled.replied_at') }}
        - {{ epoch_seconds('ruled.asked_at') }} as reply_seconds,
        {{ epoch_seconds('ruled.human_replied_at') }}
        - {{ epoch_seconds('ruled.asked_at') }} as human_reply_seconds,
        conversations.closed_at,
        conversations.is_resolved_first_contact,
        ruled.limit_seconds,
        ruled.required_share,
        ruled.is_once_per_buyer
    from ruled
    inner join conversations
        on ruled.conversation_id = conversations.conversation_id
    left join agents
        on
            ruled.conversation_id = agents.conversation_id
            and ruled.human_replied_at = agents.sent_at
    where ruled.question_no = 1
)

select * from described
