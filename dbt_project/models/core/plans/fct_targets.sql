{%- set lengths = {'week': ('day', 7), 'month': ('month', 1), 'quarter': ('month', 3),
    'year': ('month', 12)} -%}
with

kept as (
    select * from {{ reference_rows('targets') }} as kept
),

shops as (
    select * from {{ ref('dim_shops') }}
),

placed as (
    select
        kept.record_key,
        coalesce(shops.shop_id, 'unknown') as shop_id,
        kept.shop_id as stated_shop_id,
        coalesce(kept.channel, 'all') as channel,
        coalesce(kept.listing_id, 'all') as listing_id,
        kept.metric_id,
        kept.period_kind,
        kept.period_start_date,
        case kept.period_kind
            {% for kind, (part, count) in lengths.items() -%}
            when '{{ kind }}'
                then {{ days_after(
                    'cast(' ~ dbt.dateadd(part, count, 'kept.period_start_date')
                    ~ ' as date)', -1
                ) }}
            {% endfor -%}
        end as period_end_date,
        coalesce(kept.valid_from, kept.period_start_date) as valid_from,
        kept.closed_date,
        kept.target_value,
        kept.metric_id in (
            {% for metric in money_metrics_of_shops() -%}
            '{{ metric }}' {{- ',' if not loop.last }}
            {% endfor %}
        ) as is_money,
        coalesce(kept.curve, 'linear') as curve,
        kept.source_assumption,
        shops.currency,
        kept.period_start_date as fx_date,
        kept.load_seq,
        kept.source_ref
    from kept
    left join shops on kept.shop_id = shops.shop_id
),

{{ rates_of('placed') }},

-- a target holds until the next version of it, or until its file leaves it out
followed as (
    select
        placed.*,
        lead(placed.valid_from) over (
            partition by
                placed.stated_shop_id,
                placed.channel,
                placed.listing_id,
                placed.metric_id,
                placed.period_kind,
                placed.period_start_date
            order by placed.valid_from
        ) as next_valid_from,
        case
            when placed.is_money then placed.target_value * rated.fx_rate
            else placed.target_value
        end as converted_value
    from placed
    left join rated
        on placed.currency = rated.currency and placed.fx_date = rated.fx_date
),

targets as (
    select
        record_key,
        shop_id,
        stated_shop_id,
        channel,
        listing_id,
        metric_id,
        period_kind,
        period_start_date,
        period_end_date,
        valid_from,
        {{ earlier_end('closed_date', 'next_valid_from') }} as valid_to,
        converted_value as target_value,
        target_value as target_value_original,
        currency,
        curve,
        source_assumption,
        case
            when listing_id = 'all'
                then is_money or metric_id in (
                    {% for metric in counts_of_shops() -%}
                    '{{ metric }}' {{- ',' if not loop.last }}
                    {% endfor %}
                )
            else
                channel = 'all'
                and metric_id in (
                    {% for metric in metrics_of_listings() -%}
                    '{{ metric }}' {{- ',' if not loop.last }}
                    {% endfor %}
                )
        end as is_measured,
        load_seq,
        source_ref
    from followed
)

select * from targets
