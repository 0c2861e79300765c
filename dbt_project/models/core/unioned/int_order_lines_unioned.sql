{{ unioned('order_lines', key='line_id', parent='order_id') }}
