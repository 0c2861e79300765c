{{ unioned('costs', key='record_key') }}
