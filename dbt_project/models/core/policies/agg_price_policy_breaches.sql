{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key='breach_id',
    touched={'model': 'int_policies_touched', 'columns': ['listing_id']},
) }}
{%- set same_line = 'partition by policy_id, listing_id, sku_id_or_all' %}
{%- set same_spell = same_line ~ ', spell_no' %}

with

snapshots as (
    select * from {{ ref('fct_listing_snapshots') }}
    where
        listing_id in (select listing_id from {{ ref('int_price_policies') }})
        {% if only_touched() -%}
        and listing_id in (select listing_id from {{ ref('int_policies_touched') }})
        {%- endif %}
),

policies as (
    select * from {{ ref('int_price_policies') }}
),

platforms as (
    select * from {{ ref('dim_platforms') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

loads as (
    select * from {{ ref('stg_ops__loads') }}
),

crawls as (
    select
        listing_id,
        sku_id_or_all,
        max(observed_at) as last_crawled_at
    from snapshots
    group by listing_id, sku_id_or_all
),

priced as (
    select
        *,
        lag(observed_at) over following as seen_before_at,
        lead(observed_at) over following as seen_next_at
    from snapshots
    where price_quality = 'ok' or status in ('off', 'banned')
    window following as (
        partition by listing_id, sku_id_or_all order by observed_at, reading_no
    )
),

-- of a listing bound in two ways, as a whole and by SKU, the lower price counts
bound as (
    select
        policies.policy_id,
        policies.shop_id,
        policies.seller_kind,
        policies.channel,
        policies.policy_price as policy_price_original,
        policies.currency as policy_currency,
        policies.valid_from,
        policies.valid_to,
        priced.listing_id,
        priced.sku_id_or_all,
        priced.platform_id,
        priced.observed_at,
        priced.reading_no,
        priced.observed_date,
        priced.status,
        priced.currency as seen_currency,
        priced.final_price,
        priced.final_price_original,
        priced.seen_before_at,
        priced.seen_next_at,
        priced.load_seq,
        priced.source_ref,
        row_number() over (
            partition by
                policies.policy_id,
                priced.listing_id,
                priced.sku_id_or_all,
                priced.observed_at,
                priced.reading_no
            order by policies.policy_price, policies.valid_from
        ) as choice_no
    from priced
    inner join policies
        on
            priced.listing_id = policies.listing_id
            and policies.sku_id_or_all in (priced.sku_id_or_all, 'all')
            and {{ holds_on(
                'priced.observed_date', 'policies.valid_from', 'policies.valid_to'
            ) }}
),

pairs as (
    select distinct
        policy_currency as currency,
        observed_date as fx_date
    from bound
    where choice_no = 1
),

{{ rated_pairs() }},

-- in the money of the policy where the page shows it, else in ours
compared as (
    select
        bound.*,
        bound.policy_price_original * rated.fx_rate as policy_price,
        case
            when bound.seen_currency = bound.policy_currency
                then bound.final_price_original
            else bound.final_price / rated.fx_rate
        end as seen_price
    from bound
    left join rated
        on
            bound.policy_currency = rated.currency
            and bound.observed_date = rated.fx_date
    where bound.choice_no = 1
),

-- what was taken off sale is offered at no price
judged as (
    select
        *,
        seen_price < policy_price_original - {{ var('policy_tolerance') }}
        and coalesce(status, 'on') not in ('off', 'banned') as is_breach,
        seen_price / policy_price_original as price_share
    from compared
    where seen_price is not null
),

followed as (
    select
        *,
        lag(is_breach) over following as was_breach,
        lag(observed_at) over following as judged_before_at
    from judged
    window following as ({{ same_line }} order by observed_at, reading_no)
),

-- a reading while no policy held parts two spells
spells as (
    select
        *,
        sum(
            case
                when was_breach and judged_before_at = seen_before_at then 0
                else 1
            end
        ) over (
            {{ same_line }}
            order by observed_at, reading_no
            rows between unbounded preceding and current row
        ) as spell_no
    from followed
    where is_breach
),

placed as (
    select
        spells.*,
        {{ dbt.datediff('dates.week_date', 'dates.date_day', 'day') }} as weekday_no,
        dates.is_weekend,
        dates.week_date,
        {{ local_midnight('spells.valid_from', 'platforms.time_zone') }}
            as policy_from_at,
        {{ local_midnight('spells.valid_to', 'platforms.time_zone') }} as policy_to_at,
        row_number() over (
            {{ same_spell }} order by spells.price_share, spells.observed_at
        ) as low_no,
        row_number() over (
            {{ same_spell }} order by spells.observed_at, spells.reading_no
        ) as first_no,
        row_number() over (
            {{ same_spell }} order by spells.observed_at desc, spells.reading_no desc
        ) as last_no
    from spells
    inner join platforms on spells.platform_id = platforms.platform_id
    inner join dates on spells.observed_date = dates.date_day
),

added as (
    select
        policy_id,
        listing_id,
        sku_id_or_all,
        spell_no,
        max(shop_id) as shop_id,
        max(channel) as channel,
        max(seller_kind) as seller_kind,
        max(case when low_no = 1 then policy_price end) as policy_price,
        max(case when low_no = 1 then final_price end) as lowest_seen_price,
        max(case when low_no = 1 then 1 - price_share end) as gap_rate,
        max(case when low_no = 1 then source_ref end) as evidence_ref,
        max(case when low_no = 1 then load_seq end) as evidence_load_seq,
        min(observed_at) as first_seen_at,
        max(observed_at) as last_seen_at,
        max(observed_date) as last_seen_date,
        -- nothing is known of the time before the first reading
        max(
            case
                when first_no = 1
                    then greatest(coalesce(seen_before_at, observed_at), policy_from_at)
            end
        ) as begun_after_at,
        max(
            case
                when last_no = 1 and policy_to_at < seen_next_at then policy_to_at
                when last_no = 1 then seen_next_at
            end
        ) as ended_at,
        count(*) as snapshot_count,
        {{ weekday_mask('weekday_no') }} as weekday_mask
    from placed
    group by policy_id, listing_id, sku_id_or_all, spell_no
),

breach_days as (
    select
        policy_id,
        listing_id,
        sku_id_or_all,
        observed_date,
        week_date,
        is_weekend
    from placed
    group by
        policy_id, listing_id, sku_id_or_all, observed_date, week_date, is_weekend
),

rhythms as (
    select
        added.policy_id,
        added.listing_id,
        added.sku_id_or_all,
        added.spell_no,
        count(distinct case when breach_days.is_weekend then breach_days.week_date end)
            as weekend_count,
        sum(case when breach_days.is_weekend then 0 else 1 end) as weekday_count
    from added
    inner join breach_days
        on
            added.policy_id = breach_days.policy_id
            and added.listing_id = breach_days.listing_id
            and added.sku_id_or_all = breach_days.sku_id_or_all
            and added.last_seen_date >= breach_days.observed_date
            and {{ days_after('added.last_seen_date', -28) }}
            < breach_days.observed_date
    group by
        added.policy_id, added.listing_id, added.sku_id_or_all, added.spell_no
),

timed as (
    select
        added.*,
        crawls.last_crawled_at,
        rhythms.weekend_count >= 3 and rhythms.weekday_count = 0 as is_weekend_pattern,
        (
            {{ epoch_seconds('added.last_seen_at') }}
            - {{ epoch_seconds('added.first_seen_at') }}
        ) / 3600 as hours_below_lo,
        (
            {{ epoch_seconds('coalesce(added.ended_at, crawls.last_crawled_at)') }}
            - {{ epoch_seconds('added.begun_after_at') }}
        ) / 3600 as hours_below_hi,
        loads.sha256 as landing_hash
    from added
    inner join crawls
        on
            added.listing_id = crawls.listing_id
            and added.sku_id_or_all = crawls.sku_id_or_all
    inner join rhythms
        on
            added.policy_id = rhythms.policy_id
            and added.listing_id = rhythms.listing_id
            and added.sku_id_or_all = rhythms.sku_id_or_all
            and added.spell_no = rhythms.spell_no
    left join loads on added.evidence_load_seq = loads.load_seq
),

breaches as (
    select
        {{ dbt.hash(fingerprint([
            'policy_id', 'listing_id', 'sku_id_or_all',
            epoch_seconds('first_seen_at'),
        ])) }} as breach_id,
        policy_id,
        listing_id,
        sku_id_or_all,
        shop_id,
        channel,
        seller_kind,
        policy_price,
        lowest_seen_price,
        gap_rate,
        first_seen_at,
        last_seen_at,
        ended_at,
        hours_below_lo,
        (hours_below_lo + hours_below_hi) / 2 as hours_below_est,
        hours_below_hi,
        snapshot_count,
        weekday_mask,
        is_weekend_pattern,
        -- a stored page is named by its digest, else its landing file proves it
        case
            when
                length(evidence_ref) > 65
                and substr(evidence_ref, length(evidence_ref) - 64, 1) = '#'
                then substr(evidence_ref, length(evidence_ref) - 63)
            else landing_hash
        end as evidence_hash,
        evidence_ref
    from timed
)

select * from breaches
