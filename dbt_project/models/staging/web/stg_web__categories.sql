{{ canonical_stream('web', 'categories') }}
