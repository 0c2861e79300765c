{%- set counts = 'members joins leaves active_sellers'
    ~ ' sell_out_gmv commission_amount' -%}
{%- set units = 'opening_units sell_in_units agent_in_units sell_out_consumer_units'
    ~ ' sell_out_agent_units returned_units adjusted_units closing_units'
    ~ ' consumer_units_8w' -%}
{%- set counts, units = counts.split(), units.split() -%}
with

members as (
    select * from {{ ref('int_member_levels_monthly') }}
),

sales as (
    select * from {{ ref('agg_member_sales_monthly') }}
),

stock as (
    select * from {{ ref('agg_agent_stock_monthly') }}
),

sellers_from_stock as (
    select * from {{ ref('agg_stock_daily') }}
    where not is_own_place and consumer_units > 0
),

listed as (
    select * from {{ ref('int_agent_levels') }}
),

programmes as (
    select * from {{ ref('dim_programmes') }}
),

{{ month_ends_of_programmes() }},

sold_from_stock as (
    select
        holder_id as member_id,
        {{ month_of('stock_date') }} as month_date
    from sellers_from_stock
    group by holder_id, {{ month_of('stock_date') }}
),

-- who sold or was paid without being a member stands on level 0
people as (
    select
        coalesce(members.programme_id, sales.programme_id) as programme_id,
        coalesce(members.month_date, sales.month_date) as month_date,
        coalesce(members.tree_depth, 0) as tree_depth,
        coalesce(members.agent_rank, 0) as agent_rank,
        case when members.is_active then 1 else 0 end as members,
        coalesce(members.joins, 0) as joins,
        coalesce(members.leaves, 0) as leaves,
        case
            when
                members.is_active
                and (
                    sales.orders_of_others > 0
                    or sold_from_stock.member_id is not null
                )
                then 1
            else 0
        end as active_sellers,
        coalesce(sales.sell_out_gmv, 0) as sell_out_gmv,
        coalesce(sales.commission_amount, 0) as commission_amount
    from members
    full outer join sales
        on
            members.programme_id = sales.programme_id
            and members.member_id = sales.member_id
            and members.month_date = sales.month_date
    left join sold_from_stock
        on
            members.member_id = sold_from_stock.member_id
            and members.month_date = sold_from_stock.month_date
),

facts as (
    {% for kind in ['tree_depth', 'agent_rank'] -%}
    select
        programme_id,
        '{{ kind }}' as level_kind,
        {{ kind }} as level_no,
        {% for column in counts -%}
        {{ column }},
        {% endfor -%}
        {% for column in units -%}
        cast(0 as numeric) as {{ column }},
        {% endfor -%}
        month_date
    from people
    union all
    {% endfor -%}
    select
        programme_id,
        level_kind,
        level_no,
        {% for column in counts -%}
        0 as {{ column }},
        {% endfor -%}
        {% for column in units -%}
        {{ column }},
        {% endfor -%}
        month_date
    from stock
),

levelled as (
    select
        programme_id,
        level_kind,
        level_no,
        {% for column in counts + units -%}
        sum({{ column }}) as {{ column }},
        {% endfor -%}
        month_date
    from facts
    group by programme_id, level_kind, level_no, month_date
),

-- what agents of the programme passed to each other is no sale of the whole
whole as (
    select
        programme_id,
        level_kind,
        -1 as level_no,
        {% for column in counts + units -%}
        sum({{ column }}) as {{ column }},
        {% endfor -%}
        month_date
    from levelled
    group by programme_id, level_kind, month_date
),

measured as (
    select
        *,
        0 as passed_units
    from levelled
    union all
    select
        *,
        least(agent_in_units, sell_out_agent_units) as passed_units
    from whole
),

levels as (
    select
        programme_id,
        level_kind,
        level_no
    from measured
    union
    select
        listed.programme_id,
        'agent_rank' as level_kind,
        listed.level_no
    from listed
    inner join programmes on listed.programme_id = programmes.programme_id
),

months_shown as (
    select
        programme_id,
        month_date
    from month_ends
    union
    select
        programme_id,
        month_date
    from measured
),

spine as (
    select
        levels.programme_id,
        levels.level_kind,
        levels.level_no,
        {% for column in counts + units + ['passed_units'] -%}
        coalesce(measured.{{ column }}, 0) as {{ column }},
        {% endfor -%}
        months_shown.month_date
    from levels
    inner join months_shown on levels.programme_id = months_shown.programme_id
    left join measured
        on
            levels.programme_id = measured.programme_id
            and levels.level_kind = measured.level_kind
            and levels.level_no = measured.level_no
            and months_shown.month_date = measured.month_date
),

shared as (
    select
        *,
        active_sellers / nullif(cast(members as numeric), 0) as active_share,
        closing_units / nullif(consumer_units_8w / 8, 0) as weeks_of_cover
    from spine
),

turned as (
    select
        *,
        joins > lag(joins) over months_of_level
        and active_share < lag(active_share) over months_of_level as is_outrun
    from shared
    window
        months_of_level as (
            partition by programme_id, level_kind, level_no order by month_date
        )
),

followed as (
    select
        *,
        is_outrun
        and lag(is_outrun) over (
            partition by programme_id, level_kind, level_no order by month_date
        ) as joins_outrun_sales
    from turned
),

published as (
    select
        followed.programme_id,
        followed.level_kind,
        cast(followed.level_no as bigint) as level_no,
        followed.month_date,
        {% for column in ['members', 'joins', 'leaves', 'active_sellers'] -%}
        cast(followed.{{ column }} as bigint) as {{ column }},
        {% endfor -%}
        followed.active_share,
        followed.sell_out_gmv,
        followed.commission_amount,
        followed.commission_amount / nullif(followed.sell_out_gmv, 0)
            as commission_rate,
        followed.opening_units,
        followed.sell_in_units - followed.passed_units as sell_in_units,
        followed.sell_out_consumer_units,
        followed.sell_out_agent_units - followed.passed_units as sell_out_agent_units,
        followed.returned_units,
        followed.adjusted_units,
        followed.closing_units,
        followed.sell_out_consumer_units
        / nullif(
            followed.opening_units + followed.sell_in_units - followed.passed_units, 0
        )
            as sell_through_rate,
        followed.sell_out_consumer_units
        / nullif(
            followed.sell_out_consumer_units + followed.sell_out_agent_units
            - followed.passed_units,
            0
        )
            as consumer_sell_out_share,
        followed.weeks_of_cover,
        followed.closing_units > 0
        and (followed.consumer_units_8w <= 0 or followed.weeks_of_cover > 12)
            as is_stuck,
        coalesce(followed.joins_outrun_sales, false) as joins_outrun_sales,
        followed.month_date
        >= {{ month_of(run_date("coalesce(programmes.time_zone, 'Asia/Shanghai')")) }}
            as is_partial
    from followed
    left join programmes on followed.programme_id = programmes.programme_id
)

select * from published
