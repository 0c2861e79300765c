{{ unioned('bargains', key='record_key') }}
