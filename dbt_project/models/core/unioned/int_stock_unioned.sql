{{ unioned('stock', key='move_id') }}
