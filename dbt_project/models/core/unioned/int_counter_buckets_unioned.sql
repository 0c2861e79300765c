{{ unioned('counter_buckets', key='record_key') }}
