-- depends_on: {{ ref('agg_competitor_prices_daily') }}
{# A copy made when all that reads the inputs is built: see int_price_inputs_changed. #}
with

inputs as (
    select * from {{ ref('int_price_inputs') }}
)

select * from inputs
