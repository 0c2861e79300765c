{{ canonical_stream('amazon', 'listings') }}
