with

shipped as (
    select * from {{ ref('counter_buckets') }}
),

kept as (
    select * from {{ reference_rows('counter_buckets') }} as kept
),

kept_forms as (
    select
        platform_id,
        counter_type,
        {{ plain_text('text_form', '：:') }} as text_form,
        valid_from,
        {{ earlier_end('valid_to', 'closed_date') }} as valid_to,
        window_days,
        coalesce(unit, 'units') as unit,
        lo,
        hi,
        coalesce(is_open_ended, hi is null) as is_open_ended,
        shown_from,
        units_per_customer_est,
        units_per_customer_hi
    from kept
),

buckets as (
    select
        platform_id,
        counter_type,
        text_form,
        valid_from,
        valid_to,
        window_days,
        unit,
        cast(null as {{ dbt.type_string() }}) as plus_step,
        lo,
        case when is_open_ended then coalesce(hi, 2 * lo - 1) else hi end as hi,
        is_open_ended,
        shown_from,
        units_per_customer_est,
        units_per_customer_hi,
        'seller' as rule_source
    from kept_forms
    union all
    select
        platform_id,
        counter_type,
        text_form,
        valid_from,
        valid_to,
        window_days,
        unit,
        plus_step,
        lo,
        hi,
        coalesce(plus_step, '') = 'open' as is_open_ended,
        shown_from,
        units_per_customer_est,
        units_per_customer_hi,
        rule_source
    from shipped
    where (platform_id, counter_type, text_form, valid_from) not in (
        select platform_id, counter_type, text_form, valid_from from kept_forms
    )
),

followed as (
    select
        *,
        lead(valid_from) over (
            partition by platform_id, counter_type, text_form order by valid_from
        ) as next_valid_from
    from buckets
),

versions as (
    select
        platform_id,
        counter_type,
        text_form,
        valid_from,
        {{ earlier_end('valid_to', 'next_valid_from') }} as valid_to,
        window_days,
        unit,
        plus_step,
        lo,
        hi,
        is_open_ended,
        shown_from,
        units_per_customer_est,
        units_per_customer_hi,
        rule_source
    from followed
)

select * from versions
