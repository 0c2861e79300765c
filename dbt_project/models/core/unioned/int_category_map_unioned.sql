{{ unioned('category_map', key='record_key') }}
