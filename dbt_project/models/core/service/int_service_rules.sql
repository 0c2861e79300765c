{#- The sets of rules that service is judged by: that of the house for every shop, and a
    platform's own, which says the rest like the house. A version begins where any of
    its rules changes. -#}
{%- set parts = [
    'service_reply_seconds', 'service_reply_share', 'service_window_start',
    'service_window_end', 'service_once_per_buyer', 'service_machine_replies',
] -%}
with

rules as (
    select * from {{ ref('dim_platform_rules') }}
    where rule_id in (
        {% for part in parts -%}
        '{{ part }}' {{- ',' if not loop.last }}
        {% endfor %}
    )
),

sets as (
    select
        platform_id,
        case
            when platform_id = 'all' then 'seed_five_minutes'
            else platform_id || '_reply'
        end as rule_set_id
    from rules
    group by platform_id
),

starts as (
    select
        sets.platform_id,
        sets.rule_set_id,
        rules.valid_from
    from sets
    inner join rules on rules.platform_id in ('all', sets.platform_id)
    group by sets.platform_id, sets.rule_set_id, rules.valid_from
),

ended as (
    select
        sets.platform_id,
        sets.rule_set_id,
        rules.valid_to as valid_from
    from sets
    inner join rules on rules.platform_id in ('all', sets.platform_id)
    where rules.valid_to is not null
    group by sets.platform_id, sets.rule_set_id, rules.valid_to
),

changes as (
    select * from starts
    union
    select * from ended
),

-- the platform's own rule before that of the house
valued as (
    select
        {% for part in parts -%}
        coalesce(
            max(
                case
                    when
                        rules.rule_id = '{{ part }}'
                        and rules.platform_id = changes.platform_id
                        then rules.value_number
                end
            ),
            max(case when rules.rule_id = '{{ part }}' then rules.value_number end)
        ) as {{ part }},
        {% endfor -%}
        changes.platform_id,
        changes.rule_set_id,
        changes.valid_from
    from changes
    inner join rules
        on
            rules.platform_id in ('all', changes.platform_id)
            and {{ holds_on(
                'changes.valid_from', 'rules.valid_from', 'rules.valid_to'
            ) }}
    group by changes.platform_id, changes.rule_set_id, changes.valid_from
),

versions as (
    select
        rule_set_id as rule_id,
        platform_id,
        cast(valid_from as text) as rule_version,
        valid_from,
        lead(valid_from) over (
            partition by rule_set_id order by valid_from
        ) as valid_to,
        service_reply_seconds as limit_seconds,
        service_reply_share as required_share,
        3600 * coalesce(service_window_start, 0) as window_from_seconds,
        3600 * coalesce(service_window_end, 24) as window_to_seconds,
        coalesce(service_once_per_buyer, 0) = 1 as is_once_per_buyer,
        coalesce(service_machine_replies, 0) = 1 as counts_machines
    from valued
)

select * from versions
where limit_seconds is not null and required_share is not null
