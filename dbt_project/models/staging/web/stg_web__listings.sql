{{ canonical_stream('web', 'listings') }}
