{{ unioned('orders', key='order_id', parent='buyer_ref') }}
