{{ unioned('links', key='record_key') }}
