{{ canonical_stream('jd', 'shops') }}
