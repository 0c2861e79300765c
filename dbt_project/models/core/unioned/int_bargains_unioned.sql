{{ unioned('bargains', key='session_id', parent='order_id') }}
