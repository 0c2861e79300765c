with

source as (
    select * from {{ source('ops', 'customer_predictions') }}
),

renamed as (
    select
        -- keys
        shop_id,
        customer_id,
        fit_id,

        -- facts
        prediction_date,
        repeat_x,
        cast(t_x_weeks as numeric) as t_x_weeks,
        cast(age_weeks as numeric) as age_weeks,
        cast(repeat_value_avg as numeric) as repeat_value_avg,
        cast(p_alive as numeric) as p_alive,
        cast(exp_orders_12m_lo as numeric) as exp_orders_12m_lo,
        cast(exp_orders_12m_est as numeric) as exp_orders_12m_est,
        cast(exp_orders_12m_hi as numeric) as exp_orders_12m_hi,
        cast(exp_value_12m_lo as numeric) as exp_value_12m_lo,
        cast(exp_value_12m_est as numeric) as exp_value_12m_est,
        cast(exp_value_12m_hi as numeric) as exp_value_12m_hi,
        cast(exp_value_12m_discounted as numeric)
            as exp_value_12m_discounted
    from source
)

select * from renamed
