{{ unioned('stock', key='record_key', parent='sku_id') }}
