{{ config(
    materialized='incremental',
    incremental_strategy='touched_keys',
    unique_key=['session_id', 'person'],
    touched={'model': 'int_bargains_touched', 'columns': ['session_id']},
) }}

{{ people_of_events(
    'bargains', 'session_id', began='started', came='helped', is_new='is_new_member'
) }}
