{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['shop_id', 'agent_id', 'rule_id', 'sla_date'],
    touched={
        'model': 'int_service_days_touched',
        'columns': ['shop_id', 'sla_date'],
    },
) }}

with

inquiries as (
    {{ touched_rows(
        'fct_service_inquiries',
        ['shop_id', 'sla_date'],
        among='int_service_days_touched'
    ) }}
),

-- where the rule counts a buyer once a day, the first question of the day
numbered as (
    select
        *,
        row_number() over (
            partition by rule_id, shop_id, sla_date, buyer_key
            order by asked_at, conversation_id
        ) as inquiry_no
    from inquiries
),

judged as (
    select
        *,
        case
            when reply_seconds <= limit_seconds then 'in_time'
            when reply_seconds > limit_seconds then 'late'
            when closed_at >= asked_at then 'unanswered'
            when
                {{ epoch_seconds(as_of()) }} - {{ epoch_seconds('asked_at') }}
                > limit_seconds
                then 'late'
            else 'pending'
        end as outcome
    from numbered
    where inquiry_no = 1 or not is_once_per_buyer
),

added as (
    select
        shop_id,
        coalesce(agent_id, 'all') as agent_id,
        rule_id,
        sla_date,
        max(rule_version) as rule_version,
        max(required_share) as required_share,
        sum(case when outcome <> 'pending' then 1 else 0 end) as inquiries,
        sum(case when outcome <> 'pending' and replied_at is not null then 1 else 0 end)
            as replied,
        sum(case when outcome = 'in_time' then 1 else 0 end) as replied_in_time,
        sum(case when outcome = 'late' then 1 else 0 end) as late,
        sum(case when outcome = 'unanswered' then 1 else 0 end) as unanswered,
        sum(case when outcome = 'pending' then 1 else 0 end) as pending,
        {{ quantile('human_reply_seconds', 0.5) }} as reply_seconds_p50,
        {{ quantile('human_reply_seconds', 0.9) }} as reply_seconds_p90,
        sum(case when is_resolved_first_contact then 1 else 0 end) as resolved_count,
        count(is_resolved_first_contact) as resolution_known_count
    from judged
    group by grouping sets (
        (shop_id, agent_id, rule_id, sla_date), (shop_id, rule_id, sla_date)
    )
)

select * from added
