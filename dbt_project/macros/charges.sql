{# The newest version of each record of a cost stream, or of one that tells of events,
   as CTEs that end in `charges` and `rated`: with its shop, its channel, the day it
   happened on and the day it belongs to, which is the day its order was paid. `key` is
   the column whose touched values are made again. #}
{% macro dated_charges(stream, key='record_key') -%}
    {%- set zone = "coalesce(orders.time_zone, shops.time_zone, 'Asia/Shanghai')" -%}
    records as (
        {{ touched_rows(
            'int_' ~ stream ~ '_unioned',
            [key],
            among='int_' ~ stream ~ '_touched'
        ) }}
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

    {{ newest_records('records') }},

    placed as (
        select
            newest.*,
            coalesce(newest.shop_id, loads.source_shop_id) as stated_shop_id,
            coalesce(orders.shop_id, shops.shop_id, 'unknown') as known_shop_id,
            coalesce(orders.channel, 'unknown') as channel,
            orders.paid_date,
            {{ local_date('newest.occurred_at', zone) }} as occurred_date
        from newest
        inner join loads on newest.load_id = loads.load_id
        left join orders on newest.order_id = orders.order_id
        left join shops
            on coalesce(newest.shop_id, loads.source_shop_id) = shops.shop_id
    ),

    charges as (
        select
            *,
            coalesce(paid_date, occurred_date) as sales_date,
            coalesce(paid_date, occurred_date) as fx_date
        from placed
    ),

    {{ rates_of('charges') }}
{%- endmacro %}

{# The newest version of each record of a CTE, as the CTE `newest`: that of the platform
   before that of a file, then the later load. #}
{% macro newest_records(records) -%}
    versions as (
        select
            *,
            row_number() over (
                partition by record_key
                order by source_rank asc, load_seq desc, source_ref desc
            ) as version_no
        from {{ records }}
    ),

    newest as (
        select *
        from versions
        where version_no = 1
    )
{%- endmacro %}

{# The rates that the rows of a CTE need, as CTEs that end in `rated`. #}
{% macro rates_of(rows) -%}
    pairs as (
        select
            currency,
            fx_date
        from {{ rows }}
        group by currency, fx_date
    ),

    {{ rated_pairs() }}
{%- endmacro %}
