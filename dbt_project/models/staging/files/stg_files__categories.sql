{{ canonical_stream('files', 'categories') }}
