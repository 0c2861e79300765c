{{ unioned('festivals', key='record_key') }}
