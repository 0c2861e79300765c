{{ canonical_stream('shopify', 'listings') }}
