{{ canonical_stream('woocommerce', 'listings') }}
