-- depends_on: {{ ref('agg_price_policy_breaches') }}
{# A copy made when all that reads the policies is built: see int_policies_touched. #}
with

policies as (
    select * from {{ ref('int_price_policies') }}
)

select * from policies
