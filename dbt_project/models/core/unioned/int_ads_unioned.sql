{{ unioned('ads', key='record_key') }}
