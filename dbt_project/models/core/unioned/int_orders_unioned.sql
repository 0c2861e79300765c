{{ unioned(
    'orders', key='order_id', parent='buyer_ref', moment='split_from_order_id'
) }}
