{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='record_key',
    touched={'model': 'int_fees_touched', 'columns': ['record_key']},
    touches='days_of_charges',
) }}

-- depends_on: {{ ref('int_shop_days_logged') }}

with

fees as (
    select * from {{ ref('int_fees_unioned') }}
    {% if only_touched() -%}
    where record_key in (select record_key from {{ ref('int_fees_touched') }})
    {%- endif %}
),

orders as (
    select * from {{ ref('int_orders_resolved') }}
),

loads as (
    select * from {{ ref('int_loads_decided') }}
),

shops as (
    select * from {{ ref('dim_shops') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by record_key
            order by source_rank asc, load_seq desc, source_ref desc
        ) as version_no
    from fees
),

-- a charge on an order belongs to the day the order was paid
placed as (
    select
        versions.*,
        coalesce(versions.shop_id, loads.source_shop_id) as stated_shop_id,
        coalesce(orders.shop_id, shops.shop_id, 'unknown') as known_shop_id,
        coalesce(orders.channel, 'unknown') as channel,
        coalesce(
            orders.paid_date,
            {{ local_date(
                'versions.occurred_at',
                "coalesce(orders.time_zone, shops.time_zone, 'Asia/Shanghai')"
            ) }}
        ) as sales_date,
        {{ local_date(
            'versions.occurred_at',
            "coalesce(orders.time_zone, shops.time_zone, 'Asia/Shanghai')"
        ) }} as occurred_date
    from versions
    inner join loads on versions.load_id = loads.load_id
    left join orders on versions.order_id = orders.order_id
    left join shops
        on coalesce(versions.shop_id, loads.source_shop_id) = shops.shop_id
    where versions.version_no = 1
),

dated as (
    select
        *,
        sales_date as fx_date
    from placed
),

pairs as (
    select
        currency,
        fx_date
    from dated
    group by currency, fx_date
),

{{ rated_pairs() }},

converted as (
    select
        dated.record_key,
        dated.order_id,
        dated.line_id,
        dated.known_shop_id as shop_id,
        dated.stated_shop_id,
        dated.kind,
        dated.amount * rated.fx_rate as amount,
        dated.amount as amount_original,
        dated.currency,
        dated.rule_id,
        dated.occurred_at,
        dated.occurred_date,
        dated.channel,
        dated.sales_date,
        dated.fx_date,
        dated.load_seq,
        dated.source_ref
    from dated
    left join rated
        on dated.currency = rated.currency and dated.fx_date = rated.fx_date
)

select * from converted
