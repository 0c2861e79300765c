{{ unioned('product_roles', key='record_key') }}
