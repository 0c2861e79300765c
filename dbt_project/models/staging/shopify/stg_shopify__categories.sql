{{ canonical_stream('shopify', 'categories') }}
