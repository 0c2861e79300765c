{{ config(
    indexes=[{
        'columns': ['platform_id', 'category_id', 'counter_type', 'month_date'],
        'unique': true,
    }],
) }}

with

calibration as (
    select * from {{ ref('agg_estimate_calibration_monthly') }}
)

select * from calibration
