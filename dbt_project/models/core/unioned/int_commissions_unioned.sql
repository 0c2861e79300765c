{{ unioned('commissions', key='record_key', parent='order_id') }}
