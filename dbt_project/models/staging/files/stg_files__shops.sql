{{ canonical_stream('files', 'shops') }}
