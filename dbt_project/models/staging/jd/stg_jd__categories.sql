{{ canonical_stream('jd', 'categories') }}
