{{ unioned('price_policies', key='record_key') }}
