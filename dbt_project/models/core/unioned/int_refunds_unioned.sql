{{ unioned('refunds', key='refund_id', parent='order_id') }}
