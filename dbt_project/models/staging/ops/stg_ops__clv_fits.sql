with

source as (
    select * from {{ source('ops', 'clv_fits') }}
),

renamed as (
    select
        -- keys
        fit_id,
        shop_id,
        previous_fit_id,

        -- facts
        fitted_at,
        as_of_date,
        time_unit,
        customer_count,
        repeat_customer_count,
        {% for figure in [
            'r', 'alpha', 'a', 'b', 'bgnbd_loglik', 'gg_p', 'gg_q', 'gg_v',
            'gg_loglik', 'gg_correlation', 'holdout_weeks', 'holdout_actual',
            'holdout_predicted', 'total_error_rate', 'mae', 'rmse', 'correlation',
            'naive_rmse', 'previous_rmse',
        ] -%}
        cast({{ figure }} as numeric) as {{ figure }},
        {% endfor -%}
        status,
        nullif(status_reason, '') as status_reason,
        is_published
    from source
)

select * from renamed
