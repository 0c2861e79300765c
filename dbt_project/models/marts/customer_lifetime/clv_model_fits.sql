with

fits as (
    select * from {{ ref('stg_ops__clv_fits') }}
),

published as (
    select
        fit_id,
        shop_id,
        fitted_at,
        as_of_date,
        time_unit,
        customer_count,
        repeat_customer_count,
        r,
        alpha,
        a,
        b,
        bgnbd_loglik,
        gg_p,
        gg_q,
        gg_v,
        gg_loglik,
        gg_correlation,
        holdout_weeks,
        holdout_actual,
        holdout_predicted,
        total_error_rate,
        mae,
        rmse,
        correlation,
        naive_rmse,
        previous_fit_id,
        previous_rmse,
        status,
        status_reason,
        is_published
    from fits
)

select * from published
