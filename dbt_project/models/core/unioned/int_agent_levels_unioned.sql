{{ unioned('agent_levels', key='record_key') }}
