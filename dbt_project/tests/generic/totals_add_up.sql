{#
    An order's total is its lines less discounts, with freight and tax, in the amounts
    its platform states: of orders that came by an interface in this build.
    The var `gross_lines` names the platforms whose lines are before discounts. Left out
    are orders that were not paid, and those whose goods_amount staging leaves empty
    because they hold something that is neither goods, freight nor tax. Where prices
    hold the tax, lines do so too.

    With `largest_share` the test fails for a platform of which more orders are wrong:
    no single order is, but staging.
#}
{% test totals_add_up(model, largest_share=none) %}
with

orders as (
    select
        order_id,
        platform_id,
        source_name,
        run,
        updated_at,
        goods_amount,
        paid_amount,
        coalesce(freight_amount, 0) as freight,
        coalesce(tax_amount, 0) as tax,
        coalesce(seller_discount_amount, 0)
        + coalesce(platform_discount_amount, 0) as discounts,
        row_number() over (
            partition by order_id, source_name, run, updated_at
            order by load_seq desc, source_ref desc
        ) as version_no
    from {{ ref('int_orders_unioned') }}
    where
        source_rank = 0
        and paid_at is not null
        and goods_amount is not null
        and load_id in ({{ touched_loads('orders') }})
),

-- a line may come twice in a run
lines as (
    select
        order_id,
        line_id,
        source_name,
        run,
        updated_at,
        max(line_paid_amount) as line_amount
    from {{ model }}
    where
        source_rank = 0
        and load_id in ({{ touched_loads('order_lines') }})
    group by order_id, line_id, source_name, run, updated_at
),

line_sums as (
    select
        order_id,
        source_name,
        run,
        updated_at,
        sum(line_amount) as lines_amount
    from lines
    group by order_id, source_name, run, updated_at
),

compared as (
    select
        orders.platform_id,
        orders.order_id,
        orders.paid_amount,
        orders.goods_amount - orders.discounts + orders.freight + orders.tax
        - orders.paid_amount as order_difference,
        line_sums.lines_amount + orders.freight + orders.tax - orders.paid_amount
        - case
            when orders.platform_id in ('{{ var('gross_lines') | join("', '") }}')
                then orders.discounts
            else 0
        end as line_difference,
        orders.tax
    from orders
    left join line_sums
        on
            orders.order_id = line_sums.order_id
            and orders.source_name = line_sums.source_name
            and orders.run = line_sums.run
            and orders.updated_at = line_sums.updated_at
    where orders.version_no = 1
),

judged as (
    select
        *,
        abs(order_difference) > 0.005
        or (
            abs(line_difference) > 0.005 and abs(line_difference - tax) > 0.005
        ) is true as is_wrong
    from compared
)

{% if largest_share is none -%}
select
    platform_id,
    order_id,
    paid_amount,
    order_difference,
    line_difference
from judged
where is_wrong
{%- else -%}
select
    platform_id,
    count(*) as order_count,
    sum(case when is_wrong then 1 else 0 end) as wrong_count
from judged
group by platform_id
having
    count(*) >= 20
    and sum(case when is_wrong then 1 else 0 end) > {{ largest_share }} * count(*)
{%- endif %}
{% endtest %}
