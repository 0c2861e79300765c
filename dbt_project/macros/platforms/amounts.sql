{# Amounts that platforms do not write as decimals of the main unit. #}

{# Hundredths (fen) as decimals: exact, since nothing is divided. #}
{% macro payload_fen(field) -%}
    {{ payload(field, 'numeric') }} * 0.01
{%- endmacro %}

{#
    The sum of a field over a list in the payload, 0 where the list is empty or not
    there. `path` names the list as in JSONPath, without the root: 'coupons[*]'. `key`
    and `among` keep the entries whose key, up to the first hyphen, is among the values
    (`100-a shop discount` is 100). `absolute` adds amounts whatever their sign.
#}
{% macro payload_sum(path, field, key=none, among=[], absolute=false) -%}
    {{ adapter.dispatch('payload_sum')(path, field, key, among, absolute) }}
{%- endmacro %}

{% macro default__payload_sum(path, field, key, among, absolute) -%}
    {%- if path.count('[*]') > 1 or '.' in field -%}
        {{ exceptions.raise_compiler_error('one list of flat objects, not ' ~ path) }}
    {%- endif -%}
    {%- set amount = "try_cast(item['" ~ field ~ "'] as decimal(38, 12))" -%}
    aggregate(
        filter(
            coalesce(
                from_json(
                    get_json_object(payload, '$.{{ path | replace("[*]", "") }}'),
                    'array<map<string,string>>'
                ),
                array()
            ),
            item -> {{ "split_part(item['" ~ key ~ "'], '-', 1) in ('"
                ~ among | join("', '") ~ "')" if key else 'true' }}
        ),
        cast(0 as decimal(38, 12)),
        (total, item) -> total + coalesce(
            {{ 'abs(' ~ amount ~ ')' if absolute else amount }}, 0
        )
    )
{%- endmacro %}

{% macro postgres__payload_sum(path, field, key, among, absolute) -%}
    {%- set value = payload_text(field, 'item.entry') -%}
    (
        select
            coalesce(
                sum(
                    case
                        when
                            {{ is_amount(value) }}
                            and pg_input_is_valid({{ value }}, 'numeric')
                            then {{ 'abs' if absolute }}(cast({{ value }} as numeric))
                    end
                ),
                0
            )
        from jsonb_path_query(payload, '$.{{ path }}') as item (entry)
        {% if key -%}
        where
            split_part({{ payload_text(key, 'item.entry') }}, '-', 1)
            in ('{{ among | join("', '") }}')
        {%- endif %}
    )
{%- endmacro %}

{# The text of a field of the first entry of a list that has a value under a key. #}
{% macro payload_first(path, field, key, value) -%}
    {{ adapter.dispatch('payload_first')(path, field, key, value) }}
{%- endmacro %}

{% macro default__payload_first(path, field, key, value) -%}
    element_at(
        filter(
            from_json(
                get_json_object(payload, '$.{{ path | replace("[*]", "") }}'),
                'array<map<string,string>>'
            ),
            item -> item['{{ key }}'] = '{{ value }}'
        ),
        1
    )['{{ field }}']
{%- endmacro %}

{% macro postgres__payload_first(path, field, key, value) -%}
    jsonb_path_query_first(
        payload, '$.{{ path }} ? (@.{{ key }} == "{{ value }}").{{ field }}'
    ) #>> '{}'
{%- endmacro %}

{# Whether a list has an entry whose key, up to the first hyphen, is among values. #}
{% macro payload_has(path, key, among) -%}
    {{ adapter.dispatch('payload_has')(path, key, among) }}
{%- endmacro %}

{% macro default__payload_has(path, key, among) -%}
    exists(
        from_json(
            get_json_object(payload, '$.{{ path | replace("[*]", "") }}'),
            'array<map<string,string>>'
        ),
        item -> split_part(item['{{ key }}'], '-', 1) in ('{{ among | join("', '") }}')
    )
{%- endmacro %}

{% macro postgres__payload_has(path, key, among) -%}
    exists (
        select 1
        from jsonb_path_query(payload, '$.{{ path }}') as item (entry)
        where
            split_part({{ payload_text(key, 'item.entry') }}, '-', 1)
            in ('{{ among | join("', '") }}')
    )
{%- endmacro %}
