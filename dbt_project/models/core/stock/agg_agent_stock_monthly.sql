{#- A holder's moves of a month are those of the level it stands on at the end of it;
    what a holder brings along from another level is an adjustment of both. -#}
with

stock as (
    select * from {{ ref('agg_stock_daily') }}
    where not is_own_place
),

levels as (
    select * from {{ ref('int_member_levels_monthly') }}
),

programmes as (
    select * from {{ ref('dim_programmes') }}
),

{{ month_ends_of_programmes() }},

-- goods stand in one programme: the one that gives the holder a rank, if any does
ranked as (
    select
        programme_id,
        member_id,
        row_number() over (
            partition by member_id order by max(agent_rank) desc, programme_id asc
        ) as programme_no
    from levels
    group by programme_id, member_id
),

held as (
    select
        ranked.programme_id,
        stock.holder_id,
        stock.stock_date,
        stock.opened_units,
        stock.received_units,
        stock.agent_in_units,
        stock.consumer_units,
        stock.agent_out_units,
        stock.returned_units,
        stock.adjusted_units
    from stock
    inner join ranked
        on stock.holder_id = ranked.member_id and ranked.programme_no = 1
),

flows as (
    select
        programme_id,
        holder_id,
        {{ month_of('stock_date') }} as month_date,
        sum(opened_units) as opened_units,
        sum(received_units) as sell_in_units,
        sum(agent_in_units) as agent_in_units,
        sum(consumer_units) as sell_out_consumer_units,
        sum(agent_out_units) as sell_out_agent_units,
        sum(returned_units) as returned_units,
        sum(adjusted_units) as adjusted_units
    from held
    group by programme_id, holder_id, {{ month_of('stock_date') }}
),

-- eight weeks up to the end of the month or the day of the run
recent as (
    select
        month_ends.programme_id,
        month_ends.month_date,
        held.holder_id,
        sum(held.consumer_units) as consumer_units_8w
    from month_ends
    inner join held
        on
            month_ends.programme_id = held.programme_id
            and month_ends.as_of_date >= held.stock_date
            and {{ days_after(
                'least(month_ends.as_of_date, '
                ~ run_date('month_ends.time_zone') ~ ')',
                -56
            ) }} < held.stock_date
    group by month_ends.programme_id, month_ends.month_date, held.holder_id
),

begun as (
    select
        programme_id,
        holder_id,
        min(month_date) as first_month_date,
        min(min(month_date)) over (partition by programme_id) as programme_month_date
    from flows
    group by programme_id, holder_id
),

spine as (
    select
        begun.programme_id,
        begun.holder_id,
        month_ends.month_date,
        begun.programme_month_date,
        coalesce(levels.tree_depth, 0) as tree_depth,
        coalesce(levels.agent_rank, 0) as agent_rank
    from begun
    inner join month_ends
        on
            begun.programme_id = month_ends.programme_id
            and begun.first_month_date <= month_ends.month_date
    left join levels
        on
            begun.programme_id = levels.programme_id
            and begun.holder_id = levels.member_id
            and month_ends.month_date = levels.month_date
),

-- what was there when the first list began opens the month; a later list adjusts it
filled as (
    select
        spine.*,
        case
            when spine.month_date = spine.programme_month_date
                then coalesce(flows.opened_units, 0)
            else 0
        end as first_units,
        coalesce(flows.sell_in_units, 0) as sell_in_units,
        coalesce(flows.agent_in_units, 0) as agent_in_units,
        coalesce(flows.sell_out_consumer_units, 0) as sell_out_consumer_units,
        coalesce(flows.sell_out_agent_units, 0) as sell_out_agent_units,
        coalesce(flows.returned_units, 0) as returned_units,
        coalesce(flows.adjusted_units, 0)
        + case
            when spine.month_date > spine.programme_month_date
                then coalesce(flows.opened_units, 0)
            else 0
        end as adjusted_units,
        coalesce(recent.consumer_units_8w, 0) as consumer_units_8w
    from spine
    left join flows
        on
            spine.programme_id = flows.programme_id
            and spine.holder_id = flows.holder_id
            and spine.month_date = flows.month_date
    left join recent
        on
            spine.programme_id = recent.programme_id
            and spine.holder_id = recent.holder_id
            and spine.month_date = recent.month_date
),

chained as (
    select
        *,
        lag(tree_depth) over months_of_holder as previous_tree_depth,
        lag(agent_rank) over months_of_holder as previous_agent_rank,
        sum(
            first_units + sell_in_units - sell_out_consumer_units
            - sell_out_agent_units + returned_units + adjusted_units
        ) over months_of_holder as closing_units
    from filled
    window
        months_of_holder as (
            partition by programme_id, holder_id order by month_date
        )
),

carried as (
    select
        *,
        closing_units - first_units - sell_in_units + sell_out_consumer_units
        + sell_out_agent_units - returned_units - adjusted_units as brought_units
    from chained
),

stood as (
    {% for kind in ['tree_depth', 'agent_rank'] -%}
    select
        programme_id,
        '{{ kind }}' as level_kind,
        {{ kind }} as level_no,
        month_date,
        first_units
        + case when {{ kind }} = previous_{{ kind }} then brought_units else 0 end
            as opening_units,
        sell_in_units,
        agent_in_units,
        sell_out_consumer_units,
        sell_out_agent_units,
        returned_units,
        adjusted_units
        + case when {{ kind }} <> previous_{{ kind }} then brought_units else 0 end
            as adjusted_units,
        closing_units,
        consumer_units_8w
    from carried
    union all
    select
        programme_id,
        '{{ kind }}' as level_kind,
        previous_{{ kind }} as level_no,
        month_date,
        brought_units as opening_units,
        0 as sell_in_units,
        0 as agent_in_units,
        0 as sell_out_consumer_units,
        0 as sell_out_agent_units,
        0 as returned_units,
        -brought_units as adjusted_units,
        0 as closing_units,
        0 as consumer_units_8w
    from carried
    where {{ kind }} <> previous_{{ kind }}
    {% if not loop.last -%}
    union all
    {% endif -%}
    {%- endfor %}
),

added_up as (
    select
        programme_id,
        level_kind,
        level_no,
        month_date,
        sum(opening_units) as opening_units,
        sum(sell_in_units) as sell_in_units,
        sum(agent_in_units) as agent_in_units,
        sum(sell_out_consumer_units) as sell_out_consumer_units,
        sum(sell_out_agent_units) as sell_out_agent_units,
        sum(returned_units) as returned_units,
        sum(adjusted_units) as adjusted_units,
        sum(closing_units) as closing_units,
        sum(consumer_units_8w) as consumer_units_8w
    from stood
    group by programme_id, level_kind, level_no, month_date
)

select * from added_up
