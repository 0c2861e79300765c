with

buckets as (
    select * from {{ ref('dim_counter_buckets') }}
),

read as (
    select
        platform_id,
        counter_type,
        text_form,
        valid_from,
        {{ fingerprint([
            'valid_to', 'window_days', 'unit', 'plus_step', 'lo', 'hi',
            'is_open_ended', 'shown_from', 'units_per_customer_est',
            'units_per_customer_hi',
        ]) }} as content
    from buckets
)

select * from read
