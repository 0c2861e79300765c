{{ canonical_stream('pinduoduo', 'listings') }}
