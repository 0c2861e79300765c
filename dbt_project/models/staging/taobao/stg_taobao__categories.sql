{{ canonical_stream('taobao', 'categories') }}
