{#- Levels are relations, not titles. 禁止传销条例 (State Council order 444, 2005)
    articles 2 and 7, 刑法 article 224-1, 公通字〔2013〕37号: screening, not advice. -#}
with

programmes as (
    select * from {{ ref('dim_programmes') }}
),

members as (
    select * from {{ ref('int_members_levelled') }}
),

refs as (
    select * from {{ ref('int_customer_refs') }}
),

ledger as (
    select * from {{ ref('agg_programme_months') }}
),

rules as (
    select * from {{ ref('dim_platform_rules') }}
    where
        platform_id = 'all'
        and rule_id in (
            'criminal_people',
            'criminal_levels',
            'serious_people',
            'serious_fees',
            'real_sales_share'
        )
),

{{ month_ends_of_programmes() }},

-- each rule in the version of the day
ruled as (
    select
        month_ends.programme_id,
        month_ends.as_of_date,
        max(case when rules.rule_id = 'criminal_people' then rules.value_number end)
            as criminal_people,
        max(case when rules.rule_id = 'criminal_levels' then rules.value_number end)
            as criminal_levels,
        max(case when rules.rule_id = 'serious_people' then rules.value_number end)
            as serious_people,
        max(case when rules.rule_id = 'serious_fees' then rules.value_number end)
            as serious_fees,
        max(case when rules.rule_id = 'real_sales_share' then rules.value_number end)
            as real_sales_share,
        cast(max(rules.valid_from) as text) as rule_version
    from month_ends
    inner join rules
        on
            {{ holds_on(
                'month_ends.as_of_date', 'rules.valid_from', 'rules.valid_to'
            ) }}
    group by month_ends.programme_id, month_ends.as_of_date
),

tops as (
    select * from {{ ref('int_organiser_trees') }}
),

in_trees as (
    select
        tops.programme_id,
        tops.as_of_date,
        tops.root_member_id,
        coalesce(roots.customer_id, tops.root_member_id) as organiser_id,
        people.customer_id,
        tops.depth
    from tops
    inner join refs as people on tops.member_id = people.customer_ref
    left join refs as roots on tops.root_member_id = roots.customer_ref
    union
    select
        tops.programme_id,
        tops.as_of_date,
        tops.root_member_id,
        coalesce(roots.customer_id, tops.root_member_id) as organiser_id,
        coalesce(roots.customer_id, tops.root_member_id) as customer_id,
        0 as depth
    from tops
    left join refs as roots on tops.root_member_id = roots.customer_ref
),

trees as (
    select
        programme_id,
        as_of_date,
        organiser_id,
        root_member_id,
        count(distinct customer_id) as people,
        max(depth) + 1 as levels
    from in_trees
    group by programme_id, as_of_date, organiser_id, root_member_id
),

merged as (
    select
        programme_id,
        as_of_date,
        organiser_id,
        count(distinct customer_id) as people
    from in_trees
    group by programme_id, as_of_date, organiser_id
),

organisers as (
    select
        programme_id,
        as_of_date,
        organiser_id,
        max(people) as members_incl_root,
        max(levels) as levels_incl_root
    from trees
    group by programme_id, as_of_date, organiser_id
),

-- what was paid to join in the year before, by who stands below the organiser
fees as (
    select
        in_trees.programme_id,
        in_trees.as_of_date,
        in_trees.organiser_id,
        sum(
            coalesce(members.fee_amount, 0) + coalesce(members.purchase_amount, 0)
        ) as fees_12m_amount
    from in_trees
    inner join month_ends
        on
            in_trees.programme_id = month_ends.programme_id
            and in_trees.as_of_date = month_ends.as_of_date
    inner join members
        on
            in_trees.programme_id = members.programme_id
            and in_trees.customer_id = members.customer_id
            and month_ends.ends_at > members.valid_from
            and {{ dbt.dateadd('month', -12, 'month_ends.ends_at') }}
            <= members.valid_from
    where in_trees.depth > 0
    group by in_trees.programme_id, in_trees.as_of_date, in_trees.organiser_id
),

joined as (
    select
        month_ends.programme_id,
        month_ends.as_of_date,
        count(distinct members.customer_id) as new_members
    from month_ends
    inner join members
        on
            month_ends.programme_id = members.programme_id
            and members.event in ('joined', 'accepted')
            and month_ends.ends_at > members.valid_from
            and {{ month_of(local_date('members.valid_from', 'month_ends.time_zone')) }}
            = month_ends.month_date
    group by month_ends.programme_id, month_ends.as_of_date
),

years as (
    select
        month_ends.programme_id,
        month_ends.as_of_date,
        sum(ledger.headcount_entries) as headcount_entries,
        sum(ledger.entry_fee_entries) as entry_fee_entries,
        sum(ledger.stock_order_entries) as stock_order_entries,
        sum(ledger.downline_sales_entries) as downline_sales_entries,
        sum(ledger.own_sales_entries) as own_sales_entries,
        sum(
            ledger.headcount_amount + ledger.entry_fee_amount
            + ledger.stock_order_amount
        ) as recruit_amount,
        sum(
            ledger.headcount_amount + ledger.entry_fee_amount
            + ledger.stock_order_amount + ledger.downline_sales_amount
            + ledger.own_sales_amount
        ) as commission_amount,
        max(ledger.max_paid_depth) as max_paid_depth,
        max(ledger.max_depth_above_member) as max_depth_above_member,
        sum(ledger.net_sales) as net_sales,
        sum(ledger.consumer_net_sales) as consumer_net_sales,
        sum(
            case
                when ledger.month_date = month_ends.month_date
                    then ledger.over_cap_amount
                else 0
            end
        ) as over_cap_amount,
        sum(case when ledger.month_date = month_ends.month_date then ledger.gmv end)
            as gmv
    from month_ends
    inner join ledger
        on
            month_ends.programme_id = ledger.programme_id
            and month_ends.month_date >= ledger.month_date
            and {{ months_after('month_ends.month_date', -12) }} < ledger.month_date
    group by month_ends.programme_id, month_ends.as_of_date
),

measured as (
    select
        organisers.organiser_id,
        organisers.programme_id,
        organisers.as_of_date,
        organisers.members_incl_root,
        organisers.levels_incl_root,
        case
            when organisers.levels_incl_root >= ruled.criminal_levels
                then merged.people
            else organisers.members_incl_root
        end as merged_people,
        years.max_paid_depth,
        coalesce(years.headcount_entries, 0) > 0 as has_headcount_reward,
        programmes.has_entry_fee
        or coalesce(years.entry_fee_entries, 0) > 0
        or coalesce(fees.fees_12m_amount, 0) > 0 as has_entry_fee,
        coalesce(years.downline_sales_entries, 0) > 0 as has_downline_reward,
        coalesce(years.own_sales_entries, 0) > 0 as has_own_sales_reward,
        coalesce(years.stock_order_entries, 0) > 0 as has_stock_reward,
        programmes.entry_amount,
        coalesce(fees.fees_12m_amount, 0) as fees_12m_amount,
        years.recruit_amount / nullif(years.commission_amount, 0)
            as recruit_income_share,
        years.consumer_net_sales / nullif(years.net_sales, 0)
            as consumer_sales_share,
        coalesce(years.over_cap_amount, 0) as over_cap_amount,
        coalesce(years.max_depth_above_member, 0) >= 3 as has_four_levels_warning,
        ruled.criminal_people,
        ruled.criminal_levels,
        ruled.serious_people,
        ruled.serious_fees,
        ruled.real_sales_share,
        ruled.rule_version,
        coalesce(joined.new_members, 0) as new_members,
        coalesce(years.gmv, 0) as gmv,
        organisers.as_of_date >= {{ run_date('programmes.time_zone') }} as is_partial
    from organisers
    inner join programmes on organisers.programme_id = programmes.programme_id
    inner join merged
        on
            organisers.programme_id = merged.programme_id
            and organisers.as_of_date = merged.as_of_date
            and organisers.organiser_id = merged.organiser_id
    left join ruled
        on
            organisers.programme_id = ruled.programme_id
            and organisers.as_of_date = ruled.as_of_date
    left join fees
        on
            organisers.programme_id = fees.programme_id
            and organisers.as_of_date = fees.as_of_date
            and organisers.organiser_id = fees.organiser_id
    left join years
        on
            organisers.programme_id = years.programme_id
            and organisers.as_of_date = years.as_of_date
    left join joined
        on
            organisers.programme_id = joined.programme_id
            and organisers.as_of_date = joined.as_of_date
),

flagged as (
    select
        *,
        has_headcount_reward or has_entry_fee or has_downline_reward as is_admin_flag,
        (has_headcount_reward or has_entry_fee)
        and coalesce(merged_people >= criminal_people, false)
        and coalesce(levels_incl_root >= criminal_levels, false)
            as is_criminal_threshold,
        has_downline_reward and coalesce(consumer_sales_share < real_sales_share, false)
            as needs_review
    from measured
),

published as (
    select
        organiser_id,
        programme_id,
        as_of_date,
        cast(members_incl_root as bigint) as members_incl_root,
        cast(levels_incl_root as bigint) as levels_incl_root,
        cast(merged_people as bigint) as merged_people,
        max_paid_depth,
        rtrim(
            case when has_downline_reward then 'downline_sales,' else '' end
            || case when has_entry_fee then 'entry_fee,' else '' end
            || case when has_headcount_reward then 'headcount,' else '' end
            || case when has_own_sales_reward then 'own_sales,' else '' end
            || case when has_stock_reward then 'stock_order,' else '' end,
            ','
        ) as reward_basis_list,
        has_headcount_reward,
        has_entry_fee,
        has_downline_reward,
        entry_amount,
        fees_12m_amount,
        recruit_income_share,
        consumer_sales_share,
        over_cap_amount,
        is_admin_flag,
        nullif(
            rtrim(
                case when has_headcount_reward then '7(1),' else '' end
                || case when has_entry_fee then '7(2),' else '' end
                || case when has_downline_reward then '7(3),' else '' end,
                ','
            ),
            ''
        ) as admin_articles,
        is_criminal_threshold,
        is_criminal_threshold
        and (
            coalesce(merged_people >= serious_people, false)
            or coalesce(fees_12m_amount >= serious_fees, false)
        ) as is_serious,
        needs_review,
        has_four_levels_warning,
        rule_version,
        cast(new_members as bigint) as new_members,
        gmv,
        is_partial
    from flagged
)

select * from published
