{{ canonical_stream('taobao', 'listings') }}
