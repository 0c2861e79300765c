{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='conversation_id',
    touched={'model': 'int_service_touched', 'columns': ['conversation_id']},
) }}

with

{{ service_messages() }},

refs as (
    select * from {{ ref('int_customer_refs') }}
),

-- what a message says of its conversation holds until a later one says otherwise
ranked as (
    select
        *,
        row_number() over (
            partition by conversation_id
            order by
                case when ticket_kind is null then 1 else 0 end,
                sent_at desc,
                record_key desc
        ) as ticket_no,
        row_number() over (
            partition by conversation_id
            order by
                case when order_id is null then 1 else 0 end,
                sent_at desc,
                record_key desc
        ) as order_no,
        row_number() over (
            partition by conversation_id
            order by
                case when sender = 'human' and agent_id is not null then 0 else 1 end,
                sent_at desc,
                record_key desc
        ) as agent_no,
        row_number() over (
            partition by conversation_id
            order by
                case when resolved_flag is null then 1 else 0 end,
                sent_at desc,
                record_key desc
        ) as resolved_no,
        min(case when sender = 'buyer' then sent_at end) over (
            partition by conversation_id
        ) as first_asked_at,
        max(case when sender = 'human' then sent_at end) over (
            partition by conversation_id
        ) as last_human_at
    from messages
),

grouped as (
    select
        conversation_id,
        min(platform_id) as platform_id,
        min(known_shop_id) as shop_id,
        min(shop_id) as stated_shop_id,
        min(time_zone) as time_zone,
        max(buyer_ref) as buyer_ref,
        max(case when agent_no = 1 and sender = 'human' then agent_id end) as agent_id,
        max(case when ticket_no = 1 then ticket_kind end) as ticket_kind,
        max(case when order_no = 1 then order_id end) as order_id,
        max(case when resolved_no = 1 and resolved_flag then 1 end) as is_resolved,
        count(resolved_flag) as resolved_told_count,
        min(first_asked_at) as first_asked_at,
        max(case when sender = 'buyer' then sent_at end) as last_asked_at,
        min(
            case
                when sender in ('human', 'machine') and sent_at >= first_asked_at
                    then sent_at
            end
        ) as first_replied_at,
        min(case when sender = 'human' and sent_at >= first_asked_at then sent_at end)
            as first_human_replied_at,
        sum(
            case
                when sender <> 'buyer' then 0
                when last_human_at is null or sent_at > last_human_at then 1
                else 0
            end
        ) as unanswered_count,
        min(
            case
                when sender <> 'buyer' then null
                when last_human_at is null or sent_at > last_human_at then sent_at
            end
        ) as first_unanswered_at,
        max(closed_at) as closed_at,
        min(sent_at) as opened_at,
        max(load_seq) as load_seq,
        min(source_ref) as source_ref
    from ranked
    group by conversation_id
),

described as (
    select
        grouped.conversation_id,
        grouped.platform_id,
        grouped.shop_id,
        grouped.stated_shop_id,
        grouped.buyer_ref,
        refs.customer_id,
        grouped.agent_id,
        grouped.opened_at,
        grouped.first_asked_at,
        grouped.last_asked_at,
        grouped.first_replied_at,
        grouped.first_human_replied_at,
        {{ epoch_seconds('grouped.first_human_replied_at') }}
        - {{ epoch_seconds('grouped.first_asked_at') }} as reply_seconds,
        grouped.unanswered_count,
        grouped.first_unanswered_at,
        grouped.ticket_kind,
        grouped.order_id,
        grouped.closed_at,
        grouped.closed_at is null
        or coalesce(grouped.last_asked_at > grouped.closed_at, false) as is_open,
        case
            when grouped.resolved_told_count = 0 then null
            else
                grouped.is_resolved is not null
                and grouped.last_asked_at <= grouped.first_human_replied_at
        end as is_resolved_first_contact,
        {{ local_date('grouped.first_asked_at', 'grouped.time_zone') }} as asked_date,
        grouped.load_seq,
        grouped.source_ref
    from grouped
    left join refs on grouped.buyer_ref = refs.customer_ref
)

select * from described
