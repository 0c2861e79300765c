{{ canonical_stream('pinduoduo', 'shops') }}
