{{ unioned('platform_fees', key='record_key') }}
