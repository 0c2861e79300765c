{{ canonical_stream('woocommerce', 'categories') }}
