{{ unioned('traffic', key='record_key') }}
