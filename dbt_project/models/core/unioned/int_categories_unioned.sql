{{ unioned('categories', key='record_key') }}
