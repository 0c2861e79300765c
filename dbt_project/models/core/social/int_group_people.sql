{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['group_id', 'person'],
    touched={'model': 'int_group_buys_touched', 'columns': ['group_id']},
) }}

{{ people_of_events(
    'group_buys', 'group_id', began='opened', came='joined', is_new='is_new_buyer'
) }}
