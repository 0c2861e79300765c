{{ unioned('fees', key='record_key', parent='order_id') }}
