{{ canonical_stream('taobao', 'shops') }}
