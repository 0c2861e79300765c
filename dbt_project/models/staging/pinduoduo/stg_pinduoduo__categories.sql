{{ canonical_stream('pinduoduo', 'categories') }}
