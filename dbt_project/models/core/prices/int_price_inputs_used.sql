-- depends_on: {{ ref('agg_price_changes') }}
{# A copy made when all that reads the inputs is built: see int_price_inputs_changed. #}
with

inputs as (
    select * from {{ ref('int_price_inputs') }}
)

select * from inputs
