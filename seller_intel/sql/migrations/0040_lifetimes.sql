-- Fits of the lifetime models and what they predict. A full refresh of core keeps both.

create table ops.clv_fits (
    fit_id text primary key,
    shop_id text not null,
    run text not null,
    fitted_at timestamptz not null,
    as_of_date date not null,
    data_digest text not null,
    time_unit text not null check (time_unit = 'week'),
    customer_count bigint not null,
    repeat_customer_count bigint not null,
    r double precision,
    alpha double precision,
    a double precision,
    b double precision,
    bgnbd_loglik double precision,
    gg_p double precision,
    gg_q double precision,
    gg_v double precision,
    gg_loglik double precision,
    gg_correlation double precision,
    scoring jsonb,
    factors jsonb,
    holdout_weeks double precision,
    holdout_actual double precision,
    holdout_predicted double precision,
    total_error_rate double precision,
    mae double precision,
    rmse double precision,
    correlation double precision,
    naive_total_error_rate double precision,
    naive_mae double precision,
    naive_rmse double precision,
    naive_correlation double precision,
    previous_fit_id text,
    previous_rmse double precision,
    previous_total_error_rate double precision,
    status text not null check (
        status in (
            'too_small', 'not_converged', 'rejected', 'value_off', 'published'
        )
    ),
    status_reason text not null,
    is_published boolean not null
);
create unique index clv_fits_published on ops.clv_fits (shop_id) where is_published;
create index clv_fits_shop on ops.clv_fits (shop_id, run);
comment on table ops.clv_fits is
'One row per shop and fit of the lifetime models: parameters on all data up to and with
as_of_date, scores of the twin fitted before the hold-out (scoring holds its parameters,
factors the bounds it gives), and what became of it. is_published: the fit whose
predictions the marts of the last run read, which an older fit may be.';

create table ops.customer_predictions (
    shop_id text not null,
    customer_id text not null,
    fit_id text,
    prediction_date date not null,
    repeat_x bigint not null,
    t_x_weeks double precision not null,
    age_weeks double precision not null,
    repeat_value_avg double precision,
    p_alive double precision,
    exp_orders_12m_lo double precision,
    exp_orders_12m_est double precision,
    exp_orders_12m_hi double precision,
    exp_value_12m_lo double precision,
    exp_value_12m_est double precision,
    exp_value_12m_hi double precision,
    exp_value_12m_discounted double precision,
    primary key (shop_id, customer_id)
);
comment on table ops.customer_predictions is
'One row per shop and customer known before prediction_date: the summary that the models
read, in weeks, and what the published fit expects of the 52 weeks from then on; null
where no fit is published.';
