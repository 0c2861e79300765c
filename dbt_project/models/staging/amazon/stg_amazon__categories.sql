{{ canonical_stream('amazon', 'categories') }}
