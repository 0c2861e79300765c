{{ unioned('search_index', key='record_key') }}
