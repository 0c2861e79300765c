{{ unioned('service', key='record_key', parent='order_id') }}
