{{ unioned('group_buys', key='group_id', parent='order_id') }}
