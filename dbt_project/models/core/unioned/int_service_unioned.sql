{{ unioned('service', key='conversation_id', parent='order_id') }}
