{{ unioned('platform_rules', key='record_key') }}
