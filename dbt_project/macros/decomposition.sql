{# The logarithmic mean of two amounts above zero: what a change of one per cent in each
   is weighed with; null where one of them is not (Ang 2015, LMDI-I). #}
{% macro logarithmic_mean(one, other) -%}
    case
        when {{ one }} <= 0 or {{ other }} <= 0 then null
        when {{ one }} = {{ other }} then {{ one }}
        else ({{ one }} - {{ other }}) / ln({{ one }} / {{ other }})
    end
{%- endmacro %}

{# The Shapley value of one factor of a product of three, over columns that end in _0
   for the base and _1 for the current period: its mean effect over the six orders in
   which the factors may change one after the other. #}
{% macro shapley_effect(factor, second, third) -%}
    ({{ factor }}_1 - {{ factor }}_0) * (
        ({{ second }}_0 * {{ third }}_0 + {{ second }}_1 * {{ third }}_1) / 3
        + ({{ second }}_0 * {{ third }}_1 + {{ second }}_1 * {{ third }}_0) / 6
    )
{%- endmacro %}
