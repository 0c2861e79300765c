{{ unioned('content', key='record_key') }}
