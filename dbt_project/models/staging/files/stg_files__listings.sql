{{ canonical_stream('files', 'listings') }}
