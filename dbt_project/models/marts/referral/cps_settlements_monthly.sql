with

months as (
    select * from {{ ref('agg_link_months') }}
),

programmes as (
    select * from {{ ref('dim_programmes') }}
),

rules as (
    select * from {{ ref('dim_platform_rules') }}
    where rule_id = 'commission_cap_rate' and platform_id = 'all'
),

published as (
    select
        months.programme_id,
        months.link_id,
        months.month_date,
        months.owner_member_id,
        months.clicks,
        months.order_count,
        months.buyers,
        cast(months.order_count as numeric) / nullif(months.clicks, 0)
            as click_to_order_rate,
        months.gmv,
        months.refund_amount,
        months.commissionable_amount,
        months.commission_accrued,
        months.commission_reversed,
        months.commission_settled,
        months.commission_pending,
        months.commission_disputed,
        (months.commission_accrued + months.commission_reversed)
        / nullif(months.commissionable_amount, 0) as effective_rate,
        rules.value_number as cap_rate,
        months.over_cap_amount,
        -- no stream states how a platform's commission was split
        cast(null as numeric) as user_share_amount,
        cast(null as numeric) as operator_share_amount,
        months.double_claimed_order_count,
        months.month_date
        >= {{ month_of(run_date("coalesce(programmes.time_zone, 'Asia/Shanghai')")) }}
            as is_partial
    from months
    left join programmes on months.programme_id = programmes.programme_id
    left join rules
        on {{ holds_on('months.month_date', 'rules.valid_from', 'rules.valid_to') }}
)

select * from published
