{{ canonical_stream('jd', 'listings') }}
