with

judged as (
    select * from {{ ref('agg_service_sla_daily') }}
),

conversions as (
    select * from {{ ref('agg_service_conversions') }}
),

coverage as (
    select * from {{ ref('fct_coverage_daily') }}
    where covered_kind = 'shop' and stream = 'service'
),

shops as (
    select * from {{ ref('dim_shops') }}
),

rules as (
    select * from {{ ref('int_service_rules') }}
),

-- every day of a shop has its row for every rule of the day
days as (
    select
        coverage.covered_id as shop_id,
        'all' as agent_id,
        rules.rule_id,
        rules.rule_version,
        rules.required_share,
        coverage.coverage_date as sla_date,
        coverage.is_delivered
    from coverage
    inner join shops on coverage.covered_id = shops.shop_id
    inner join rules
        on
            rules.platform_id in ('all', shops.platform_id)
            and {{ holds_on(
                'coverage.coverage_date', 'rules.valid_from', 'rules.valid_to'
            ) }}
),

spine as (
    select * from days
    union all
    select
        judged.shop_id,
        judged.agent_id,
        judged.rule_id,
        judged.rule_version,
        judged.required_share,
        judged.sla_date,
        true as is_delivered
    from judged
    left join days
        on
            judged.shop_id = days.shop_id
            and judged.agent_id = days.agent_id
            and judged.rule_id = days.rule_id
            and judged.sla_date = days.sla_date
    where days.shop_id is null and judged.shop_id <> 'unknown'
),

converted as (
    select
        shop_id,
        coalesce(agent_id, 'all') as agent_id,
        sla_date,
        cast(sum(converted_buyers) as bigint) as converted_buyers,
        sum(gmv_after_chat) as gmv_after_chat
    from conversions
    group by grouping sets ((shop_id, agent_id, sla_date), (shop_id, sla_date))
),

measured as (
    select
        spine.shop_id,
        spine.agent_id,
        spine.rule_id,
        spine.rule_version,
        spine.required_share,
        spine.sla_date,
        {% for count in [
            'inquiries', 'replied', 'replied_in_time', 'late', 'unanswered', 'pending',
        ] -%}
        case
            when judged.shop_id is not null then judged.{{ count }}
            when spine.is_delivered then 0
        end as {{ count }},
        {% endfor -%}
        judged.reply_seconds_p50,
        judged.reply_seconds_p90,
        cast(judged.resolved_count as numeric)
        / nullif(judged.resolution_known_count, 0) as first_contact_resolution_rate,
        case
            when converted.shop_id is not null then converted.converted_buyers
            when judged.shop_id is not null or spine.is_delivered then 0
        end as converted_buyers,
        case
            when converted.shop_id is not null then converted.gmv_after_chat
            when judged.shop_id is not null or spine.is_delivered then 0
        end as gmv_after_chat
    from spine
    left join judged
        on
            spine.shop_id = judged.shop_id
            and spine.agent_id = judged.agent_id
            and spine.rule_id = judged.rule_id
            and spine.sla_date = judged.sla_date
    left join converted
        on
            spine.shop_id = converted.shop_id
            and spine.agent_id = converted.agent_id
            and spine.sla_date = converted.sla_date
),

figured as (
    select
        shop_id,
        agent_id,
        rule_id,
        rule_version,
        sla_date,
        inquiries,
        replied,
        replied_in_time,
        late,
        unanswered,
        pending,
        cast(replied as numeric) / nullif(inquiries, 0) as reply_rate,
        cast(replied_in_time as numeric) / nullif(inquiries, 0) as in_time_rate,
        case when inquiries > 0 then replied_in_time >= required_share * inquiries end
            as is_met,
        reply_seconds_p50,
        reply_seconds_p90,
        first_contact_resolution_rate,
        converted_buyers,
        gmv_after_chat
    from measured
)

select * from figured
