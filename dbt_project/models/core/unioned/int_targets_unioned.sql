{{ unioned('targets', key='record_key') }}
