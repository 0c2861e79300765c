{#
    The streams that platforms' own interfaces bring, as the models of files type them:
    the columns in their order, what no record may lack, and the only words allowed. A
    test compares them with the models of files.
#}
{% macro shape_of(stream) -%}
    {%- set orders = {
        'columns': [
            ['platform_id', 'text'],
            ['order_id', 'text'],
            ['shop_id', 'text'],
            ['buyer_ref', 'text'],
            ['staff_id', 'text'],
            ['agent_id', 'text'],
            ['link_id', 'text'],
            ['activity_id', 'text'],
            ['group_id', 'text'],
            ['bargain_id', 'text'],
            ['split_from_order_id', 'text'],
            ['status', 'text'],
            ['created_at', 'timestamptz'],
            ['updated_at', 'timestamptz'],
            ['paid_amount', 'numeric'],
            ['currency', 'text'],
            ['paid_at', 'timestamptz'],
            ['confirmed_at', 'timestamptz'],
            ['shipped_at', 'timestamptz'],
            ['received_at', 'timestamptz'],
            ['closed_at', 'timestamptz'],
            ['close_reason', 'text'],
            ['goods_amount', 'numeric'],
            ['freight_amount', 'numeric'],
            ['tax_amount', 'numeric'],
            ['seller_discount_amount', 'numeric'],
            ['platform_discount_amount', 'numeric'],
            ['platform_fee_amount', 'numeric'],
            ['channel', 'text'],
            ['scene', 'text'],
            ['entry', 'text'],
            ['is_dropship', 'boolean'],
            ['province', 'text'],
            ['city', 'text'],
            ['city_tier', 'text'],
            ['distance_m', 'numeric'],
            ['order_kind', 'text'],
            ['is_self_run', 'boolean'],
        ],
        'required': [
            'platform_id',
            'order_id',
            'shop_id',
            'status',
            'created_at',
            'updated_at',
            'paid_amount',
            'currency',
        ],
        'accepted': {
            'status': ['unpaid', 'paid', 'shipped', 'completed', 'closed', 'unknown'],
            'order_kind': ['normal', 'presale', 'group', 'bargain', 'lottery', 'test'],
        },
    } -%}
    {%- set order_lines = {
        'columns': [
            ['platform_id', 'text'],
            ['line_id', 'text'],
            ['order_id', 'text'],
            ['listing_id', 'text'],
            ['shop_id', 'text'],
            ['sku_id', 'text'],
            ['quantity', 'numeric'],
            ['line_paid_amount', 'numeric'],
            ['currency', 'text'],
            ['updated_at', 'timestamptz'],
            ['seller_sku', 'text'],
            ['title', 'text'],
            ['unit_price', 'numeric'],
            ['line_discount_amount', 'numeric'],
            ['is_gift', 'boolean'],
            ['unit_cost_amount', 'numeric'],
            ['refund_status', 'text'],
        ],
        'required': [
            'platform_id',
            'line_id',
            'order_id',
            'listing_id',
            'quantity',
            'line_paid_amount',
            'currency',
        ],
        'accepted': {},
    } -%}
    {%- set refunds = {
        'columns': [
            ['platform_id', 'text'],
            ['refund_id', 'text'],
            ['order_id', 'text'],
            ['shop_id', 'text'],
            ['line_id', 'text'],
            ['status', 'text'],
            ['refund_amount', 'numeric'],
            ['currency', 'text'],
            ['updated_at', 'timestamptz'],
            ['quantity', 'numeric'],
            ['applied_at', 'timestamptz'],
            ['succeeded_at', 'timestamptz'],
            ['reason', 'text'],
            ['kind', 'text'],
        ],
        'required': [
            'platform_id',
            'refund_id',
            'order_id',
            'status',
            'refund_amount',
            'currency',
            'updated_at',
        ],
        'accepted': {
            'status': ['applied', 'succeeded', 'refused', 'closed'],
            'kind': ['refund_only', 'return', 'exchange'],
        },
    } -%}
    {%- set commissions = {
        'columns': [
            ['platform_id', 'text'],
            ['entry_id', 'text'],
            ['programme_id', 'text'],
            ['payee_ref', 'text'],
            ['shop_id', 'text'],
            ['order_id', 'text'],
            ['link_id', 'text'],
            ['amount', 'numeric'],
            ['currency', 'text'],
            ['basis', 'text'],
            ['occurred_at', 'timestamptz'],
            ['depth', 'bigint'],
            ['rate', 'numeric'],
            ['status', 'text'],
        ],
        'required': [
            'platform_id',
            'entry_id',
            'programme_id',
            'payee_ref',
            'amount',
            'currency',
            'basis',
            'occurred_at',
        ],
        'accepted': {
            'basis': [
                'own_sales', 'downline_sales', 'headcount', 'entry_fee', 'stock_order',
            ],
            'status': ['pending', 'settled', 'reversed', 'disputed'],
        },
    } -%}
    {%- set members = {
        'columns': [
            ['platform_id', 'text'],
            ['member_ref', 'text'],
            ['programme_id', 'text'],
            ['shop_id', 'text'],
            ['parent_ref', 'text'],
            ['inviter_ref', 'text'],
            ['campaign_id', 'text'],
            ['invite_id', 'text'],
            ['link_id', 'text'],
            ['event', 'text'],
            ['occurred_at', 'timestamptz'],
            ['level', 'text'],
            ['fee_amount', 'numeric'],
            ['purchase_amount', 'numeric'],
            ['currency', 'text'],
            ['tool', 'text'],
        ],
        'required': [
            'platform_id', 'member_ref', 'event', 'occurred_at', 'programme_id',
        ],
        'accepted': {
            'event': [
                'invited', 'accepted', 'joined', 'left', 'moved', 'level_changed',
            ],
        },
    } -%}
    {%- set identities = {
        'columns': [
            ['platform_id', 'text'],
            ['id_hash', 'text'],
            ['customer_ref', 'text'],
            ['id_kind', 'text'],
            ['has_consent', 'boolean'],
            ['valid_from', 'timestamptz'],
        ],
        'required': ['platform_id', 'id_kind', 'id_hash', 'customer_ref'],
        'accepted': {},
    } -%}
    {%- set fees = {
        'columns': [
            ['platform_id', 'text'],
            ['order_id', 'text'],
            ['shop_id', 'text'],
            ['line_id', 'text'],
            ['kind', 'text'],
            ['amount', 'numeric'],
            ['currency', 'text'],
            ['occurred_at', 'timestamptz'],
            ['rule_id', 'text'],
        ],
        'required': ['platform_id', 'kind', 'amount', 'currency', 'occurred_at'],
        'one_of': [['order_id', 'shop_id']],
        'accepted': {},
    } -%}
    {%- set links = {
        'columns': [
            ['platform_id', 'text'],
            ['link_id', 'text'],
            ['programme_id', 'text'],
            ['shop_id', 'text'],
            ['owner_ref', 'text'],
            ['stat_date', 'date'],
            ['clicks', 'bigint'],
            ['distinct_clickers', 'bigint'],
        ],
        'required': ['platform_id', 'link_id', 'programme_id', 'stat_date'],
        'accepted': {},
    } -%}
    {%- set listings = {
        'columns': [
            ['platform_id', 'text'],
            ['listing_id', 'text'],
            ['sku_id', 'text'],
            ['shop_id', 'text'],
            ['family_id', 'text'],
            ['platform_category_id', 'text'],
            ['activity_id', 'text'],
            ['observed_at', 'timestamptz'],
            ['currency', 'text'],
            ['title', 'text'],
            ['brand', 'text'],
            ['category_path', 'text'],
            ['is_self_run', 'boolean'],
            ['listed_at', 'timestamptz'],
            ['status', 'text'],
            ['list_price', 'numeric'],
            ['price', 'numeric'],
            ['activity_price', 'numeric'],
            ['coupon_amount', 'numeric'],
            ['coupon_min_amount', 'numeric'],
            ['final_price', 'numeric'],
            ['member_price', 'numeric'],
            ['group_price', 'numeric'],
            ['group_size', 'bigint'],
            ['counter_text', 'text'],
            ['counter_type', 'text'],
            ['counter_lo', 'numeric'],
            ['counter_hi', 'numeric'],
            ['counter_scope', 'text'],
            ['review_count', 'bigint'],
            ['rating', 'numeric'],
            ['stock', 'bigint'],
            ['rank', 'bigint'],
            ['rank_list', 'text'],
            ['is_ad', 'boolean'],
            ['page_no', 'bigint'],
            ['position', 'bigint'],
            ['attributes', 'text'],
        ],
        'required': ['platform_id', 'listing_id', 'observed_at', 'currency'],
        'accepted': {
            'status': ['on', 'sold_out', 'off', 'banned'],
            'counter_type': [
                'exact_lifetime', 'lifetime', 'rolling_30d', 'badge_recent',
            ],
        },
    } -%}
    {%- set shops = {
        'columns': [
            ['platform_id', 'text'],
            ['shop_id', 'text'],
            ['name', 'text'],
            ['is_self_run', 'boolean'],
            ['rating', 'numeric'],
            ['followers', 'bigint'],
            ['updated_at', 'timestamptz'],
        ],
        'required': ['platform_id', 'shop_id', 'name'],
        'accepted': {},
    } -%}
    {%- set categories = {
        'columns': [
            ['platform_id', 'text'],
            ['platform_category_id', 'text'],
            ['parent_id', 'text'],
            ['name', 'text'],
            ['observed_at', 'timestamptz'],
            ['level', 'bigint'],
            ['listing_count', 'bigint'],
        ],
        'required': ['platform_id', 'platform_category_id', 'name', 'observed_at'],
        'accepted': {},
    } -%}
    {%- set group_buys = {
        'columns': [
            ['platform_id', 'text'],
            ['group_id', 'text'],
            ['shop_id', 'text'],
            ['campaign_id', 'text'],
            ['listing_id', 'text'],
            ['member_ref', 'text'],
            ['order_id', 'text'],
            ['event', 'text'],
            ['occurred_at', 'timestamptz'],
            ['size_needed', 'bigint'],
            ['is_new_buyer', 'boolean'],
            ['group_price', 'numeric'],
            ['single_price', 'numeric'],
            ['currency', 'text'],
        ],
        'required': ['platform_id', 'group_id', 'event', 'occurred_at'],
        'accepted': {'event': ['opened', 'joined', 'filled', 'expired']},
    } -%}
    {{ return({
        'orders': orders,
        'order_lines': order_lines,
        'refunds': refunds,
        'commissions': commissions,
        'members': members,
        'identities': identities,
        'fees': fees,
        'links': links,
        'listings': listings,
        'shops': shops,
        'categories': categories,
        'group_buys': group_buys,
    }[stream]) }}
{%- endmacro %}

{# Columns of a stream that a platform says nothing of: null, in their type. #}
{% macro unsaid(stream, names) -%}
    {%- for name, type in shape_of(stream)['columns'] if name in names -%}
    cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {% endfor -%}
{%- endmacro %}

{# The columns of a stream in their order, where a record came from, and why it is not
   read further, for the last step of a platform's staging model. #}
{% macro judged(stream) -%}
    {%- set shape = shape_of(stream) -%}
    {%- for name, type in shape['columns'] -%}
        {{ name }},
        {% endfor -%}
        load_id,
        record_key,
        {% if not is_dated(shape) %}observed_at,
        {% endif -%}
        source_ref,
        {{ reject_reason(
            required=shape['required'],
            accepted=shape['accepted'],
            one_of=shape.get('one_of', []),
        ) }} as reject_reason
{%- endmacro %}

{# Whether a record of a stream says itself when it was observed. #}
{% macro is_dated(shape) -%}
    {{ return('observed_at' in shape['columns'] | map(attribute=0)) }}
{%- endmacro %}

{# Where a record came from. #}
{% macro provenance() -%}
    load_id,
        record_key,
        observed_at,
        source_ref
{%- endmacro %}
