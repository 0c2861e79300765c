{# The members that the discount codes of a platform make: one row per use of a code. #}
{% macro members_by_code(platform, programme) -%}
with

source as (
    select * from {{ source('raw', platform ~ '__members') }}
),

-- who used a code accepted the invitation of its owner
renamed as (
    select
        -- keys
        '{{ platform }}' as platform_id,
        {{ payload('_source.member_ref') }} as member_ref,
        '{{ platform }}:{{ programme }}' as programme_id,
        {{ payload('_source.shop_id') }} as shop_id,
        '{{ platform }}:' || {{ payload('_source.parent_key') }} as invite_id,
        '{{ platform }}:' || {{ payload('code') }} as link_id,

        -- facts
        'accepted' as event,
        {{ payload('_source.occurred_at', 'timestamptz') }} as occurred_at,
        'code' as tool,
        {{ unsaid('members', [
            'parent_ref', 'inviter_ref', 'campaign_id', 'level', 'fee_amount',
            'purchase_amount', 'currency',
        ]) }},

        -- where it came from
        {{ provenance() }}
    from source
),

judged as (
    select
        {{ judged('members') }}
    from renamed
)

select * from judged
{%- endmacro %}


{# The codes a platform gave out: a code is a link without clicks. `changed` says when
   it was last changed, as a timestamp. #}
{% macro links_by_code(platform, programme, changed) -%}
with

source as (
    select * from {{ source('raw', platform ~ '__links') }}
),

renamed as (
    select
        -- keys
        '{{ platform }}' as platform_id,
        '{{ platform }}:' || {{ payload('code') }} as link_id,
        '{{ platform }}:{{ programme }}' as programme_id,
        {{ payload('_source.shop_id') }} as shop_id,

        -- facts
        cast({{ changed }} as date) as stat_date,
        {{ unsaid('links', ['owner_ref', 'clicks', 'distinct_clickers']) }},

        -- where it came from
        {{ provenance() }}
    from source
),

judged as (
    select
        {{ judged('links') }}
    from renamed
)

select * from judged
{%- endmacro %}
