{# The seed of the same name keeps the name among dbt's nodes; readers see the alias. #}
{{ config(
    alias='metric_dictionary',
    indexes=[{'columns': ['metric_id', 'platform_id', 'valid_from'], 'unique': true}],
) }}

with

dictionary as (
    select * from {{ ref('metric_dictionary') }}
)

select
    metric_id,
    platform_id,
    name_zh,
    name_en,
    unit,
    definition,
    definition_zh,
    formula,
    null_rule,
    refund_rule,
    time_basis,
    marts,
    owner_team,
    module,
    plan_section,
    valid_from,
    valid_to
from dictionary
